package operate

import (
	"errors"
	"strings"

	"github.com/aws/smithy-go"
)

// reason is what AWS said, without the layers of the SDK around it.
func reason(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode() + ": " + strings.TrimSuffix(strings.ReplaceAll(api.ErrorMessage(), "\n", "; "), ".")
	}
	return oneLine(err)
}

// code is reason without AWS's message, which may quote what was sent.
func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return oneLine(err)
}

// denied says whether AWS refused for want of a permission.
func denied(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && (strings.Contains(api.ErrorCode(), "AccessDenied") || strings.Contains(api.ErrorCode(), "NotAuthorized"))
}

// needs is the end of an error message that asks for a permission, if it is one
// that is missing.
func needs(err error, action string) string {
	if !denied(err) {
		return ""
	}
	return "; your credentials need " + action
}

// grant says what to do when AWS refused or did not find something.
func grant(err error, action string) string {
	if denied(err) {
		return "your credentials need " + action
	}
	return "give the stack's name, --stack, and its region, AWS_REGION"
}

func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }
