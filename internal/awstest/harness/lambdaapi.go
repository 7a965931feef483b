package harness

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
)

// LambdaAPI answers Lambda's Invoke for functions by name or ARN, as far as
// callers that wait need it.
func LambdaAPI(functions map[string]*Function) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /2015-03-31/functions/{name}/invocations", func(w http.ResponseWriter, r *http.Request) {
		f, ok := functions[r.PathValue("name")]
		if !ok {
			w.Header().Set("X-Amzn-Errortype", "ResourceNotFoundException")
			http.Error(w, `{"Message":"Function not found"}`, http.StatusNotFound)
			return
		}
		payload, err := io.ReadAll(r.Body)
		if err != nil {
			return // the caller has gone
		}
		out, err := f.Invoke(r.Context(), payload)
		var failed *FunctionError
		switch {
		case errors.As(err, &failed):
			// An error that the function returned is answered with status 200.
			w.Header().Set("X-Amz-Function-Error", "Unhandled")
			out, err = json.Marshal(map[string]string{"errorType": failed.Type, "errorMessage": failed.Message})
			if err != nil {
				return // cannot fail for strings
			}
		case err != nil:
			http.Error(w, `{"Message":"the function has gone"}`, http.StatusInternalServerError)
			return
		}
		_, _ = w.Write(out) // the caller may have gone
	})
	return mux
}
