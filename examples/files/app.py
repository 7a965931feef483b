"""Stores the files of each message in Larkbridge's bucket, by chat and day.

The function only says what to store. Larkbridge downloads the files and streams them into the bucket.
"""

import os


def handler(event, context):
    detail = event["detail"]
    message = detail["event"]["message"]
    return {
        "app": detail["app"],
        "idempotency_key": detail["header"]["event_id"],
        "download": {
            "message_id": message["message_id"],
            "all": True,
            "to": f"s3://{os.environ['BUCKET']}/files/{message['chat_id']}/{event['time'][:10]}/",
        },
    }
