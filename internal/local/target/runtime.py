"""Calls the handler of a Lambda function. Each line of standard input is one invocation."""

import importlib.util
import json
import os
import sys
import time
import traceback

# What the handler prints goes to standard error; standard output is for outcomes alone.
invocations = os.fdopen(os.dup(0), encoding="utf-8")
outcomes = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
os.dup2(2, 1)
sys.stdout.reconfigure(line_buffering=True)


class Context:
    def __init__(self, invocation):
        self._end = time.monotonic() + invocation["remaining"] / 1000
        self.aws_request_id = invocation["id"]
        self.function_name = invocation["function"]
        self.function_version = "$LATEST"
        self.invoked_function_arn = f"arn:aws:lambda:us-east-1:123456789012:function:{self.function_name}"
        self.memory_limit_in_mb = "128"
        self.log_group_name = f"/aws/lambda/{self.function_name}"
        self.log_stream_name = "local"
        self.identity = self.client_context = None

    def get_remaining_time_in_millis(self):
        return max(0, int((self._end - time.monotonic()) * 1000))


def load(file, function):
    name = os.path.splitext(os.path.basename(file))[0]
    sys.path.insert(0, os.path.dirname(file))
    spec = importlib.util.spec_from_file_location(name, file)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, function)


def error(e):
    traceback.print_exception(type(e), e, e.__traceback__)
    return {"error": {"errorType": type(e).__name__, "errorMessage": str(e)}}


def main():
    handler = failure = None
    try:
        handler = load(*sys.argv[1:])
    except Exception as e:
        failure = {**error(e), "not_loaded": True}
    for line in invocations:
        invocation = json.loads(line)
        try:
            outcome = json.dumps(failure or {"result": handler(invocation["event"], Context(invocation))})
        except Exception as e:
            outcome = json.dumps(error(e))
        outcomes.write(outcome + "\n")
        outcomes.flush()


main()
