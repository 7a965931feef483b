#!/bin/sh
# Asks what a first deployment needs and has no good default for, and writes it to samconfig.toml, from where `sam deploy`
# takes it. All other parameters have defaults; docs/deploy.md has them in one table.
set -eu

# ask PROMPT DEFAULT prints what the user types, or the default after Enter.
ask() {
	printf '%s [%s]: ' "$1" "$2" >&2
	read -r answer
	printf '%s' "${answer:-$2}"
}

region=${AWS_REGION:-${AWS_DEFAULT_REGION:-$("$1/aws" configure get region || echo us-east-1)}}
name=$(ask 'Stack name' larkbridge)
region=$(ask 'AWS region' "$region")
email=$(ask 'E-mail for alarms, empty for none' '')
parameters="Dashboard=on${email:+ AlarmEmail=$email}"
case "$name$region$parameters" in
*['"\']*)
	echo 'make deploy: a quote or a backslash in an answer' >&2
	exit 1
	;;
esac

saved=$(sed "s|^stack_name = .*|stack_name = \"$name\"|" samconfig.toml)
printf '%s\nregion = "%s"\nparameter_overrides = "%s"\n' "$saved" "$region" "$parameters" >samconfig.toml
echo "Saved in samconfig.toml. To change a parameter, change it there and run make deploy again." >&2
