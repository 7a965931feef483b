"""Answers clicks that take minutes: what it returns becomes the card."""

import app


def handler(event, context):
    detail = event["detail"]
    # … what takes minutes …
    return app.handler(detail, context)
