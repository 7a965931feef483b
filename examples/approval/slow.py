"""Answers a click after minutes: what the handler returns becomes the card."""

import app


def handler(event, context):
    detail = event["detail"]
    # Do here what takes minutes.
    return app.handler(detail, context)
