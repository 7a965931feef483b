"""Looks at the translated template with checkov and cdk-nag, and compares what they find with accepted.txt.

Arguments: the translated template, checkov, the folder that has node_modules, a folder for output. A finding that
accepted.txt does not have fails, and so does a line of it that nothing finds any more.
"""

import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent


def checkov(program, template):
    """Yields the findings of checkov: the id of the check and the resource."""
    done = subprocess.run(
        [program, "-f", template, "--framework", "cloudformation", "--quiet", "--compact", "-o", "json"],
        capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    for finding in report["results"]["failed_checks"]:
        yield f'{finding["check_id"]} {finding["resource"].split(".")[-1]}'


def cdk_nag(modules, template, out):
    """Yields the findings of the packs AwsSolutions and Serverless of cdk-nag."""
    subprocess.run(
        ["node", HERE / "synth.js", template, out],
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "NODE_PATH": f"{modules}/node_modules"}, check=True, capture_output=True)
    report = json.loads((out / "validation-report.json").read_text())
    for plugin in report["pluginReports"]:
        if plugin["pluginName"] not in ("AwsSolutions", "Serverless"):
            continue  # cfn-lint's rules, which TestLint checks with the right parameters
        for violation in plugin["violations"]:
            for construct in violation["violatingConstructs"]:
                yield f'{violation["ruleName"]} {construct["constructPath"].split("/")[-1]}'


def synthesised(out):
    """Fails unless the CDK keeps what it has to keep."""
    template = json.loads((out / "larkbridge.template.json").read_text())
    for alias in ("EventAlias", "CardAlias"):
        assert "CodeDeployLambdaAliasUpdate" in template["Resources"][alias]["UpdatePolicy"], f"{alias}: the CDK loses its UpdatePolicy"
    assert template["Resources"]["Bucket"]["DeletionPolicy"] == "RetainExceptOnCreate", "the CDK loses the bucket's DeletionPolicy"


def main():
    template, program, modules, out = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]), pathlib.Path(sys.argv[4]).resolve()
    found = set(checkov(program, template)) | set(cdk_nag(modules, template, out))
    synthesised(out)
    accepted = {}
    for line in (HERE / "accepted.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            finding, _, reason = line.partition(": ")
            assert reason, f"accepted.txt: no reason in {line!r}"
            accepted[finding] = reason
    for finding in sorted(found - accepted.keys()):
        print(f"new finding: {finding}")
    for finding in sorted(accepted.keys() - found):
        print(f"accepted.txt: nothing finds {finding} any more")
    if found != accepted.keys():
        sys.exit(1)
    print(f"{len(found)} findings, each accepted with a reason")


main()
