"""Stands in for Amazon Bedrock, DynamoDB and S3 on this machine, and runs a command with it:

    python3 local/standin.py COMMAND...

The model repeats what it is asked, a word at a time. It speaks the event stream format of ConverseStream.
"""

import binascii
import json
import os
import pathlib
import struct
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FILES = pathlib.Path(os.environ.get("FILES", ".larkbridge/files"))
PAUSE = float(os.environ.get("PAUSE", "0.1"))  # between two words, in seconds
items, lock = {}, threading.Lock()


def frame(kind, payload):
    """Returns a message of the event stream format: lengths, headers, payload and checksums."""
    headers = b""
    for name, value in ((":event-type", kind), (":content-type", "application/json"), (":message-type", "event")):
        headers += struct.pack(">B", len(name)) + name.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()
    body = json.dumps(payload).encode()
    prelude = struct.pack(">II", 16 + len(headers) + len(body), len(headers))
    message = prelude + struct.pack(">I", binascii.crc32(prelude)) + headers + body
    return message + struct.pack(">I", binascii.crc32(message))


def reply(messages):
    blocks = messages[-1]["content"]
    images = sum("image" in block for block in blocks)
    text = "You said: " + " / ".join(block["text"] for block in blocks if "text" in block)
    if images:
        text += f" I see {images} image."
    return text + f" This is message {len(messages)} of our conversation."


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path.endswith("/converse-stream"):
            return self.converse(body)
        call = self.headers["X-Amz-Target"].split(".")[1]
        with lock:
            status, answer = dynamodb(call, body)
        self.answer(status, "application/x-amz-json-1.0", json.dumps(answer).encode())

    def do_GET(self):
        """S3's GetObject: the local run keeps the files of send in a folder."""
        file = FILES / self.path.split("?")[0].lstrip("/")
        if ".." in file.parts or not file.is_file():
            return self.answer(404, "application/xml", b"<Error><Code>NoSuchKey</Code></Error>")
        self.answer(200, "application/octet-stream", file.read_bytes())

    def converse(self, body):
        self.send_response(200)
        self.send_header("Content-Type", "application/vnd.amazon.eventstream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            self.chunk(frame("messageStart", {"role": "assistant"}))
            for word in reply(body["messages"]).split(" "):
                self.chunk(frame("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": word + " "}}))
                time.sleep(PAUSE)
            self.chunk(frame("messageStop", {"stopReason": "end_turn"}))
            self.chunk(b"")
        except (BrokenPipeError, ConnectionResetError):
            pass  # the caller has stopped

    def chunk(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def answer(self, status, kind, body):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def dynamodb(call, body):
    """The three calls that the example makes."""
    if call == "PutItem":
        items[body["Item"]["pk"]["S"]] = body["Item"]
        return 200, {}
    key = body["Key"]["pk"]["S"]
    item = items.get(key)
    if call == "GetItem":
        return 200, {"Item": item} if item else {}
    n, values = int(item["n"]["N"]) if item else 0, body["ExpressionAttributeValues"]
    if n >= int(values[":limit"]["N"]):
        return 400, {"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"}
    items[key] = {"pk": {"S": key}, "n": {"N": str(n + 1)}}
    return 200, {}


def main():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    env = {
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": url, "AWS_ENDPOINT_URL_DYNAMODB": url, "AWS_ENDPOINT_URL_S3": url,
        "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local",
        "TABLE": "agent", "BUCKET": "larkbridge", "SEND_FUNCTION": "larkbridge-send", "MODEL": "stand-in",
        "DAILY_ANSWERS": "1000", "DAILY_ANSWERS_PER_USER": "100",
    }
    sys.exit(subprocess.run(sys.argv[1:], env=env | dict(os.environ)).returncode if sys.argv[1:] else __doc__)


if __name__ == "__main__":
    main()
