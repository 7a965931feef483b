"""Prints as JSON what CloudFormation gets of the SAM template that the first argument names."""

import json
import sys

from samcli.lib.translate.sam_template_validator import SamTemplateValidator
from samcli.yamlhelper import yaml_parse


class NoManagedPolicies:
    """Stands in for the loader that asks IAM: the template names no policy of AWS."""

    def load(self):
        return {}


with open(sys.argv[1], encoding="utf-8") as file:
    document = yaml_parse(file.read())
translated = SamTemplateValidator(document, NoManagedPolicies(), region="us-east-1").get_translated_template_if_valid()
json.dump(yaml_parse(translated), sys.stdout)
