"""Reads commands of the AWS CLI, a JSON list, and writes a list of what is wrong with each, "" for nothing.

A command has words; one that is only named may lack parameters that it needs.
"""

import json
import sys

from awscli.clidriver import create_clidriver


def check(driver, words, named):
    services = driver._get_command_table()
    flags = set(driver._get_argument_table())
    names = [word for word in words[:2] if not word.startswith("-")]
    if not names or names[0] not in services:
        return f"got aws {' '.join(words[:1])}, want a service of the AWS CLI"
    service = services[names[0]]
    table = service._get_command_table() if hasattr(service, "_get_command_table") else service.subcommand_table
    if len(names) < 2 or names[1] not in table:
        return f"got aws {' '.join(names)}, want an operation of the service"
    flags |= set(table[names[1]].arg_table)
    unknown = [word for word in words[2:] if word.startswith("--") and word[2:].split("=")[0] not in flags]
    if unknown:
        return f"got aws {' '.join(names)} {unknown[0]}, want a parameter of the operation"
    missing = [
        "--" + name
        for name, argument in table[names[1]].arg_table.items()
        if getattr(argument, "required", False) and argument.cli_name.startswith("--") and "--" + name not in words
    ]
    if missing and not named and not any(word.startswith("--cli-input-json") for word in words):
        return f"got aws {' '.join(names)} without {missing[0]}, which it needs"
    return ""


driver = create_clidriver()
json.dump([check(driver, call["words"], call["named"]) for call in json.load(sys.stdin)], sys.stdout)
