// Package fakeaws implements in memory what the functions use of AWS: one table of
// DynamoDB, one bus of EventBridge, S3, SQS's new messages and visibility time-outs,
// SSM's parameters, Lambda's Invoke, and the steps of workflows that a token of Step
// Functions or a callback id of Lambda ends. It starts at once and needs no process, so
// that each test can have one of its own. moto implements more, and is slower.
//
// It is an http.Handler for AWS_ENDPOINT_URL. A [harness.Proxy] before it makes
// calls fail.
package fakeaws

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// AWS is an account of one region. The zero value is not ready: see [New].
type AWS struct {
	serial atomic.Int64

	mu         sync.Mutex
	items      map[string]Item
	entries    []Entry
	parameters map[string]string
	objects    map[string][]byte // by bucket/key
	delays     []Delay
	steps      map[string]*Step
	messages   []Message
	invoke     func(function string, payload []byte) (result []byte, failed bool)
}

// New returns an account that holds nothing.
func New() *AWS {
	a := &AWS{parameters: map[string]string{}}
	a.Reset()
	return a
}

// Reset forgets items, entries, objects and delays. Parameters stay, as do
// functions.
func (a *AWS) Reset() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.items, a.objects = map[string]Item{}, map[string][]byte{}
	a.entries, a.delays = nil, nil
}

// Env is the environment that points a function at the account, which is
// served at url.
func Env(url string) []string {
	return []string{
		"AWS_ENDPOINT_URL=" + url, "AWS_REGION=us-east-1",
		"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_SESSION_TOKEN=test",
	}
}

// PutParameter stores a SecureString.
func (a *AWS) PutParameter(name, value string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.parameters[name] = value
}

// OnInvoke sets what answers Lambda's Invoke: it returns the function's result,
// or the error that the function failed with.
func (a *AWS) OnInvoke(f func(function string, payload []byte) (result []byte, failed bool)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.invoke = f
}

// refusal is an error that AWS answers with.
type refusal struct {
	status        int
	code, message string
	more          map[string]any
}

// refuse is a refusal with the usual status 400.
func refuse(code, format string, args ...any) *refusal {
	return &refusal{http.StatusBadRequest, code, fmt.Sprintf(format, args...), nil}
}

// operations are the calls in JSON, by their X-Amz-Target without its version.
var operations = map[string]func(*AWS, []byte) (any, *refusal){
	"DynamoDB.GetItem":                  (*AWS).getItem,
	"DynamoDB.UpdateItem":               (*AWS).updateItem,
	"AWSEvents.PutEvents":               (*AWS).putEvents,
	"AmazonSSM.GetParametersByPath":     (*AWS).getParametersByPath,
	"AmazonSSM.GetParameter":            (*AWS).getParameter,
	"AmazonSQS.ChangeMessageVisibility": (*AWS).changeMessageVisibility,
	"AmazonSQS.SendMessage":             (*AWS).sendMessage,
	"AWSStepFunctions.SendTaskSuccess":  (*AWS).sendTaskSuccess,
	"AWSStepFunctions.SendTaskFailure":  (*AWS).sendTaskFailure,
}

func (a *AWS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the caller has gone
	}
	target := r.Header.Get("X-Amz-Target")
	switch {
	case target == "" && strings.HasPrefix(r.URL.Path, "/2015-03-31/functions/"):
		a.serveLambda(w, r, body)
		return
	case target == "" && strings.HasPrefix(r.URL.Path, callbacks):
		a.serveCallback(w, r, body)
		return
	case target == "":
		a.serveS3(w, r, body)
		return
	}
	prefix, operation, _ := strings.Cut(target, ".")
	service, _, _ := strings.Cut(prefix, "_")
	handle, ok := operations[service+"."+operation]
	if !ok {
		a.answer(w, r, nil, refuse("UnknownOperationException", "%s", target))
		return
	}
	result, refused := handle(a, body)
	a.answer(w, r, result, refused)
}

// answer writes a result, or a refusal, with the headers that an SDK checks.
func (a *AWS) answer(w http.ResponseWriter, r *http.Request, result any, refused *refusal) {
	status := http.StatusOK
	if refused != nil {
		status = refused.status
		fields := map[string]any{"__type": refused.code, "message": refused.message}
		maps.Copy(fields, refused.more)
		result = fields
		w.Header().Set("X-Amzn-Errortype", refused.code)
	}
	doc, err := json.Marshal(result)
	if err != nil {
		panic(err) // results are strings, numbers and maps of them, which always encode
	}
	w.Header().Set("Content-Type", r.Header.Get("Content-Type"))
	w.Header().Set("X-Amzn-Requestid", a.nextID())
	w.Header().Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(doc)), 10))
	w.WriteHeader(status)
	_, _ = w.Write(doc) // the caller may have gone
}

// nextID returns an id in the form that AWS's have.
func (a *AWS) nextID() string {
	return fmt.Sprintf("00000000-0000-4000-8000-%012x", a.serial.Add(1))
}

// decode reads a request into a new value of type T.
func decode[T any](body []byte) (T, *refusal) {
	var in T
	if err := json.Unmarshal(body, &in); err != nil {
		return in, refuse("SerializationException", "%v", err)
	}
	return in, nil
}

func (a *AWS) getParameter(body []byte) (any, *refusal) {
	in, refused := decode[struct{ Name string }](body)
	if refused != nil {
		return nil, refused
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	value, ok := a.parameters[in.Name]
	if !ok {
		return nil, refuse("ParameterNotFound", "%s", in.Name)
	}
	return map[string]any{"Parameter": parameter(in.Name, value)}, nil
}

// getParametersByPath returns the parameters directly below a path in one page,
// whatever their number.
func (a *AWS) getParametersByPath(body []byte) (any, *refusal) {
	in, refused := decode[struct{ Path string }](body)
	if refused != nil {
		return nil, refused
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	found := []any{}
	for _, name := range slices.Sorted(maps.Keys(a.parameters)) {
		rest, ok := strings.CutPrefix(name, strings.TrimSuffix(in.Path, "/")+"/")
		if ok && !strings.Contains(rest, "/") {
			found = append(found, parameter(name, a.parameters[name]))
		}
	}
	return map[string]any{"Parameters": found}, nil
}

func parameter(name, value string) map[string]any {
	return map[string]any{"Name": name, "Value": value, "Type": "SecureString", "Version": 1}
}

// serveLambda answers Invoke.
func (a *AWS) serveLambda(w http.ResponseWriter, r *http.Request, body []byte) {
	name := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/2015-03-31/functions/"), "/invocations")
	a.mu.Lock()
	invoke := a.invoke
	a.mu.Unlock()
	if invoke == nil {
		a.answer(w, r, nil, &refusal{http.StatusNotFound, "ResourceNotFoundException", "Function not found: " + name, nil})
		return
	}
	result, failed := invoke(name, body)
	if failed {
		w.Header().Set("X-Amz-Function-Error", "Unhandled")
	}
	_, _ = w.Write(result) // the caller may have gone
}
