package harness

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
)

// runtimeAPI is the part of the Lambda Runtime API a custom runtime speaks,
// with as much of the Extensions API as aws-lambda-go needs to enable SIGTERM.
func (f *Function) runtimeAPI() http.Handler {
	const runtime = "/2018-06-01/runtime"
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+runtime+"/invocation/next", f.serveNext)
	mux.HandleFunc("POST "+runtime+"/invocation/{id}/response", f.serveResponse)
	mux.HandleFunc("POST "+runtime+"/invocation/{id}/error", f.serveError)
	mux.HandleFunc("POST "+runtime+"/init/error", f.serveInitError)
	mux.HandleFunc("POST /2020-01-01/extension/register", serveRegister)
	mux.HandleFunc("GET /2020-01-01/extension/event/next", serveNoEvent)
	return mux
}

func (f *Function) serveNext(w http.ResponseWriter, r *http.Request) {
	f.readyOnce.Do(func() { close(f.ready) })
	select {
	case inv := <-f.pending:
		f.begin(inv)
		h := w.Header()
		h.Set("Content-Type", "application/json")
		h.Set("Lambda-Runtime-Aws-Request-Id", inv.RequestID)
		h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(inv.deadline.UnixMilli(), 10))
		h.Set("Lambda-Runtime-Invoked-Function-Arn", inv.FunctionARN)
		h.Set("Lambda-Runtime-Trace-Id", inv.TraceID)
		w.Write(inv.payload)
	case <-r.Context().Done():
	}
}

func (f *Function) serveResponse(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the process died while it answered
	}
	f.conclude(w, r.PathValue("id"), answer{payload: body})
}

func (f *Function) serveError(w http.ResponseWriter, r *http.Request) {
	report, err := readReport(r)
	if err != nil {
		return
	}
	f.conclude(w, r.PathValue("id"), answer{err: &FunctionError{report.Type, report.Message}})
}

func (f *Function) conclude(w http.ResponseWriter, id string, a answer) {
	inv := f.find(id)
	if inv == nil || !f.finish(inv, a) {
		reply(w, http.StatusBadRequest, `{"errorType":"InvalidRequestID","errorMessage":"Invalid request ID"}`)
		return
	}
	reply(w, http.StatusAccepted, `{"status":"OK"}`)
}

func (f *Function) serveInitError(w http.ResponseWriter, r *http.Request) {
	report, err := readReport(r)
	if err != nil {
		return
	}
	f.mu.Lock()
	f.initErr = &InitError{report.Type, report.Message}
	f.mu.Unlock()
	reply(w, http.StatusAccepted, `{"status":"OK"}`)
}

// serveRegister gives the internal extension of aws-lambda-go a name.
func serveRegister(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Lambda-Extension-Identifier", newUUID())
	reply(w, http.StatusOK, `{}`)
}

// serveNoEvent never answers: that extension subscribes to no event.
func serveNoEvent(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// report is the body of an error call.
type report struct {
	Type    string `json:"errorType"`
	Message string `json:"errorMessage"`
}

// readReport fails only if the request cannot be read. A body that is no
// report becomes the message.
func readReport(r *http.Request) (report, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return report{}, err
	}
	var out report
	if json.Unmarshal(body, &out) != nil {
		out = report{Message: string(body)}
	}
	if out.Type == "" {
		out.Type = r.Header.Get("Lambda-Runtime-Function-Error-Type")
	}
	return out, nil
}

func reply(w http.ResponseWriter, status int, json string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	io.WriteString(w, json)
}
