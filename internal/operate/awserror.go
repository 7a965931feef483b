package operate

import (
	"errors"
	"net/url"
	"strings"

	"github.com/aws/smithy-go"
)

// reason returns the code and message of an AWS error, without the SDK's own text.
func reason(err error) string {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return api.ErrorCode() + ": " + strings.TrimSuffix(strings.ReplaceAll(api.ErrorMessage(), "\n", "; "), ".")
	}
	if unreachable, ok := errors.AsType[*url.Error](err); ok {
		return oneLine(unreachable)
	}
	return oneLine(err)
}

// code returns only the code of an AWS error, because its message may quote what
// was sent.
func code(err error) string {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return api.ErrorCode()
	}
	return reason(err)
}

// denied reports whether AWS refused because a permission is missing.
func denied(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && (strings.Contains(api.ErrorCode(), "AccessDenied") || strings.Contains(api.ErrorCode(), "NotAuthorized") || api.ErrorCode() == "ForbiddenException")
}

// needs returns the end of an error message that names the missing permission, ""
// if none is missing.
func needs(err error, action string) string {
	if !denied(err) {
		return ""
	}
	return "; your credentials need " + action
}

// grant returns the fix for a request that AWS refused, or for something that AWS
// did not find.
func grant(err error, action string) string {
	if denied(err) {
		return "your credentials need " + action
	}
	return "give the stack's name, --stack, and its region, AWS_REGION"
}

func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }
