"""Sends CloudWatch alarms to a chat as cards, with a button that silences the alarm.

`alarm` is the action of alarms, and `acknowledge` gets the clicks. What both return goes to Larkbridge's send queue.
"""

import os

import boto3

COLOURS = {"ALARM": "red", "OK": "green"}


def card(title, colour, text, *elements):
    return {
        "schema": "2.0",
        "config": {"update_multi": True},
        "header": {"title": {"tag": "plain_text", "content": title}, "template": colour},
        "body": {"elements": [{"tag": "markdown", "content": text}, *elements]},
    }


def alarm(event, context):
    data = event["alarmData"]
    name, state = data["alarmName"], data["state"]
    button = {
        "tag": "button",
        "text": {"tag": "plain_text", "content": "Acknowledge"},
        "type": "primary",
        "behaviors": [{"type": "callback", "value": {"silence": name}}],
    }
    buttons = [button] if state["value"] == "ALARM" else []
    title = f"{name}: {state['value']}"
    return {
        "idempotency_key": f"{name}-{event['time']}",
        "message": {
            "to": {"chat_id": os.environ["CHAT"]},
            "card": card(title, COLOURS.get(state["value"], "grey"), state["reason"], *buttons),
        },
    }


def acknowledge(event, context):
    click = event["detail"]["event"]
    name = click["action"]["value"]["silence"]
    boto3.client("cloudwatch").disable_alarm_actions(AlarmNames=[name])
    person = click["operator"]["open_id"]
    return {"card": card(f"{name}: acknowledged", "orange", f"<at id={person}></at> silenced this alarm.")}
