"""Answers clicks on an approval card.

Larkbridge invokes this function with the detail that it puts on the bus, and
waits 2.2 s for the reply: {"toast": ..., "card": ...}, or None if nothing changes.
"""


def handler(detail, context):
    event = detail["event"]
    value = event.get("action", {}).get("value")
    if not isinstance(value, dict) or value.get("action") not in ("approve", "reject"):
        return None  # a click on another card
    decision = {"approve": "Approved", "reject": "Rejected"}[value["action"]]
    return {
        "toast": {"type": "success", "content": decision},
        "card": {
            "type": "raw",
            "data": {
                "schema": "2.0",
                "config": {"update_multi": True},
                "header": {
                    "title": {"tag": "plain_text", "content": decision},
                    "template": "green" if decision == "Approved" else "red",
                },
                "body": {
                    "elements": [
                        {"tag": "markdown", "content": f"{decision} by <at id={event['operator']['open_id']}></at>"}
                    ]
                },
            },
        },
    }
