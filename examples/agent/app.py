"""Answers the messages of a chat with a language model of Amazon Bedrock, and shows the answer while it is written."""

import json
import os
import threading
import time

import boto3
from botocore.exceptions import ClientError

BEDROCK = boto3.client("bedrock-runtime")
LAMBDA = boto3.client("lambda")
S3 = boto3.client("s3")
TABLE = boto3.resource("dynamodb").Table(os.environ["TABLE"])

SYSTEM = "You are a helpful colleague in a chat. Answer briefly, in Markdown, in the language of the question."
REMEMBERED = 20  # messages of a chat or thread that the model gets, questions and answers
MONTH = 30 * 24 * 60 * 60


def handler(event, context):
    """Gets a message from the queue of AWS, or from the local run, which has none."""
    for record in event.get("Records", [None]):
        answer((json.loads(record["body"]) if record else event)["detail"])


def stop(event, context):
    """Gets the click on Stop. Who has asked may stop the answer."""
    click = event["detail"]["event"]
    value = click["action"]["value"]
    if value["by"] == click["operator"]["open_id"]:
        TABLE.put_item(Item={"pk": "stop#" + value["stop"], "ttl": int(time.time()) + 3600})


def answer(detail):
    message, who = detail["event"]["message"], detail["event"]["sender"]["sender_id"]["open_id"]
    stream = Stream(detail["app"], detail["header"]["event_id"], message["message_id"], who)
    key = "memory#" + (message.get("thread_id") or message["chat_id"])
    memory = json.loads(TABLE.get_item(Key={"pk": key}).get("Item", {}).get("memory", '{"messages": [], "last": ""}'))
    if memory["last"] == stream.id:
        return  # the queue has delivered the message twice
    if not (count("day", int(os.environ["DAILY_ANSWERS"])) and count("user#" + who, int(os.environ["DAILY_ANSWERS_PER_USER"]))):
        return stream.finish("That was the last answer for today. Ask again tomorrow.")
    question = {"role": "user", "content": content(detail)}
    text = write(memory["messages"] + [question], stream)
    words = {"role": "user", "content": [block for block in question["content"] if "text" in block]}
    memory = {"messages": (memory["messages"] + [words, {"role": "assistant", "content": [{"text": text}]}])[-REMEMBERED:], "last": stream.id}
    stream.finish(text)
    TABLE.put_item(Item={"pk": key, "memory": json.dumps(memory), "ttl": int(time.time()) + MONTH})


def write(messages, stream):
    """Returns the model's answer, and shows it while it comes."""
    text = ""
    answer = BEDROCK.converse_stream(
        modelId=os.environ["MODEL"], messages=messages, system=[{"text": SYSTEM}], inferenceConfig={"maxTokens": 2000})
    for event in answer["stream"]:
        text += event.get("contentBlockDelta", {}).get("delta", {}).get("text", "")
        if text.strip():
            stream.show(text)
        if stream.stopped:
            return text + "\n\n*Stopped.*"
    return text if text.strip() else "The model has no answer."


def content(detail):
    """Returns what the model gets of a message: its text, the message that it quotes, and its images."""
    message, blocks = detail["event"]["message"], []
    if message.get("parent_id"):
        quoted = send({"app": detail["app"], "get_message": {"message_id": message["parent_id"]}})["data"]["items"][0]
        blocks.append({"text": "I reply to this message: " + quoted["body"]["content"]})
    for n, resource in enumerate(r for r in detail["message"].get("resources", []) if r["type"] == "image"):
        bucket, key = os.environ["BUCKET"], f"files/agent/{detail['header']['event_id']}-{n}"
        send({"app": detail["app"], "download": {
            "message_id": message["message_id"], "file_key": resource["key"], "type": "image", "to": f"s3://{bucket}/{key}"}})
        data = S3.get_object(Bucket=bucket, Key=key)["Body"].read()
        kind = {b"\x89PN": "png", b"\xff\xd8\xff": "jpeg", b"GIF": "gif", b"RIF": "webp"}.get(data[:3])
        if kind:
            blocks.append({"image": {"format": kind, "source": {"bytes": data}}})
    return blocks + [{"text": detail["message"]["text"] or "What is this?"}]


def count(what, limit):
    """Counts an answer of today, and reports whether the limit has one left."""
    try:
        TABLE.update_item(
            Key={"pk": f"{what}#{time.strftime('%Y-%m-%d', time.gmtime())}"}, UpdateExpression="ADD n :one",
            ConditionExpression="attribute_not_exists(n) OR n < :limit", ExpressionAttributeValues={":one": 1, ":limit": limit})
        return True
    except ClientError as e:
        if e.response["Error"]["Code"] == "ConditionalCheckFailedException":
            return False
        raise


def send(request):
    """Has Larkbridge carry out a request, and returns its result."""
    answer = LAMBDA.invoke(FunctionName=os.environ["SEND_FUNCTION"], Payload=json.dumps(request))
    result = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise RuntimeError(result["errorMessage"])
    return result


class Stream:
    """Shows a text while it grows. A thread sends the newest text and leaves out what has come meanwhile."""

    def __init__(self, app, id, message_id, who):
        self.app, self.id, self.message_id, self.who = app, id, message_id, who
        self.stopped, self.text, self.done = False, "", False
        self.changed = threading.Condition()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def show(self, text):
        with self.changed:
            self.text = text
            self.changed.notify()

    def run(self):
        shown = ""
        while True:
            with self.changed:
                self.changed.wait_for(lambda: self.done or self.text != shown)
                if self.done:
                    return
                shown = self.text
            try:
                self.send(shown, False)
                self.stopped = "Item" in TABLE.get_item(Key={"pk": "stop#" + self.id})
            except Exception as e:  # the end shows all of the text
                print("an update is left out:", e)

    def finish(self, text):
        with self.changed:
            self.done = True
            self.changed.notify()
        self.thread.join()
        self.send(text, True)

    def send(self, text, done):
        elements = [{"tag": "markdown", "element_id": "text", "content": ""}]
        if not done:
            elements.append({"tag": "button", "text": {"tag": "plain_text", "content": "Stop"}, "behaviors": [
                {"type": "callback", "value": {"stop": self.id, "by": self.who}}]})
        send({"app": self.app, "stream": {
            "id": self.id, "reply_to": {"message_id": self.message_id}, "text": text, "done": done,
            "seq": time.time_ns() // 1_000_000,  # grows when the queue delivers the message again, too
            "card": {"schema": "2.0", "body": {"elements": elements}}}})
