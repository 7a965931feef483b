"""Answers a message in three ways: by what it returns, by POST /send, and by SQS."""

import json
import os
import urllib.request


def returns(event, context):
    print("got", event["detail"]["message"]["text"])
    chat = event["detail"]["event"]["message"]["chat_id"]
    return {"message": {"to": {"chat_id": chat}, "text": f"Python {context.function_name}"}}


def posts(event, context):
    request = json.dumps(returns(event, context)).encode()
    with urllib.request.urlopen(os.environ["LARKBRIDGE_URL"] + "/send", request) as response:
        return json.load(response)["ok"]


def queues(event, context):
    body = json.dumps({"QueueUrl": "any", "MessageBody": json.dumps(returns(event, context))}).encode()
    headers = {"X-Amz-Target": "AmazonSQS.SendMessage", "Content-Type": "application/x-amz-json-1.0"}
    url = os.environ["AWS_ENDPOINT_URL_SQS"] + "/"
    with urllib.request.urlopen(urllib.request.Request(url, body, headers)) as response:
        return json.load(response)["MD5OfMessageBody"]


def fails(event, context):
    raise ValueError("no such thing")


def clicked(detail, context):
    return {"toast": {"type": "success", "content": detail["event"]["action"]["value"]["action"]}}
