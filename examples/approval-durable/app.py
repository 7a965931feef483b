"""A durable function that asks people in Lark before it pays a refund."""

import json
import os

import boto3
from aws_durable_execution_sdk_python import CallbackError, DurableContext, durable_execution
from aws_durable_execution_sdk_python.config import Duration, WaitForCallbackConfig

DAY = 86400


def send(request):
    """Puts a request to Larkbridge into its queue."""
    boto3.client("sqs").send_message(QueueUrl=os.environ["SEND_QUEUE_URL"], MessageBody=json.dumps(request))


def pay(order, amount):
    """Pays a refund: put your own work in its place."""
    print(f"paying {amount} for order {order}")


@durable_execution
def handler(event, context: DurableContext):
    order, amount = event["order"], event["amount"]

    def ask(callback_id, _):
        send({
            "ask": {
                "to": {"chat_id": os.environ["CHAT_ID"]},
                "title": f"Refund {amount} for order {order}?",
                "choices": [
                    {"label": "Pay", "value": "pay", "style": "primary"},
                    {"label": "Refuse", "value": "refuse", "style": "danger"},
                ],
                "comment": True,
                "expires_in": DAY,
                "answer_to": {"callback_id": callback_id},
            },
        })

    try:
        # The function does not run, and costs nothing, while people think.
        answer = json.loads(context.wait_for_callback(ask, name="ask", config=WaitForCallbackConfig(timeout=Duration.from_seconds(DAY + 3600))))
    except CallbackError as error:  # Lark.NoAnswer or Lark.Withdrawn
        return {"paid": False, "why": str(error)}
    if answer["choice"] != "pay":
        return {"paid": False, "why": answer.get("comment", ""), "by": answer["by"]["open_id"]}
    context.step(lambda _: pay(order, amount), name="pay")
    return {"paid": True, "by": answer["by"]["open_id"]}
