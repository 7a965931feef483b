"""Answers a message with what it said.

What the function returns goes to Larkbridge's send queue, because that is the destination of its invocations. So it
needs no SDK and no permission.
"""


def handler(event, context):
    detail = event["detail"]
    return {
        "app": detail["app"],
        "idempotency_key": detail["header"]["event_id"],  # an event that comes twice is answered once
        "message": {
            "reply_to": {"message_id": detail["event"]["message"]["message_id"]},
            "text": f"You said: {detail['message']['text']}",
        },
    }
