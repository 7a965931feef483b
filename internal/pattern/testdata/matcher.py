"""Prints, for each line [pattern, event] of standard input, whether moto's matcher matches."""

import json
import sys

from moto.events.models import EventPattern

for line in sys.stdin:
    pattern, event = json.loads(line)
    print(json.dumps(EventPattern.load(json.dumps(pattern)).matches_event(event)))
