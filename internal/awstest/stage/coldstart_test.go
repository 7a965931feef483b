package stage_test

import (
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
	"github.com/larkbridge/larkbridge/internal/awstest/stage"
	"github.com/larkbridge/larkbridge/lib/larktest"
)

// started is a function that a benchmark starts, and the payload of its first request.
type started struct {
	name, bootstrap string
	payload         []byte
}

// measureStarts reports the median time from exec to the first answer of each function,
// and its ratio to that of the one named hello.
func measureStarts(b *testing.B, env []string, functions []started) {
	b.Helper()
	elapsed := map[string][]time.Duration{}
	for b.Loop() {
		for _, f := range functions {
			wall, _ := firstAnswer(b, f.bootstrap, env, f.payload)
			elapsed[f.name] = append(elapsed[f.name], wall)
		}
	}
	for _, f := range functions {
		b.ReportMetric(median(elapsed[f.name]), f.name+"-ms")
		if f.name != "hello" {
			b.ReportMetric(median(elapsed[f.name])/median(elapsed["hello"]), f.name+"/hello")
		}
	}
}

// BenchmarkColdStart measures from exec to the first answer of each function,
// beside a hello-world function in the same run. AWS is canned and answers at
// once, so what is measured is the function: its start, its settings, its
// connections and one real request.
func BenchmarkColdStart(b *testing.B) {
	env := canned(b, 0)
	message := post("/event", stage.Payload(b, "im.message.receive_v1"))
	click := post("/card", stage.Payload(b, "card.action.trigger"))
	functions := []started{
		{"hello", hello(b), []byte(`{}`)},
		{"event", harness.Bootstrap(b, "event"), message},
		{"card", harness.Bootstrap(b, "card"), click},
		{"send", harness.Bootstrap(b, "send"), []byte(`{"message":{"to":{"chat_id":"oc_1"},"text":"hi"}}`)},
	}
	measureStarts(b, env, functions)
}

// BenchmarkColdClick measures the first answer to a click after a cold start,
// with AWS calls of 20 ms. A function of 256 MB has 256/1769 of a processor:
// at-256MB-ms is what the measured processor time takes at that share, init
// included, although Lambda gives init a whole one.
func BenchmarkColdClick(b *testing.B) {
	const share = 256.0 / 1769
	env := canned(b, 20*time.Millisecond)
	click := post("/card", stage.Payload(b, "card.action.trigger"))
	bootstrap := harness.Bootstrap(b, "card")
	var walls, slow []time.Duration
	for b.Loop() {
		wall, cpu := firstAnswer(b, bootstrap, env, click)
		walls = append(walls, wall)
		slow = append(slow, wall+time.Duration(float64(cpu)*(1/share-1)))
	}
	b.ReportMetric(median(walls), "ms")
	b.ReportMetric(median(slow), "at-256MB-ms")
}

// BenchmarkColdStartTLS measures from exec to the first answer of event, with AWS
// behind TLS and the settings in the table, beside a hello-world function in the
// same run. The sources are built with the test server's root in the place of
// Amazon's, and once more without it: then the root is found among the system's.
func BenchmarkColdStartTLS(b *testing.B) {
	server := httptest.NewUnstartedServer(nil)
	server.StartTLS()
	b.Cleanup(server.Close)
	root := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	env := append(cannedBy(b, server, 0), "SSL_CERT_DIR="+b.TempDir(), "SSL_CERT_FILE="+systemRoots(b, root))
	message := post("/event", stage.Payload(b, "im.message.receive_v1"))
	functions := []started{
		{"hello", hello(b), []byte(`{}`)},
		{"event", withRoots(b, root), message},
		{"event-system-roots", harness.Bootstrap(b, "event"), message},
	}
	measureStarts(b, env, functions)
}

// systemRoots writes a bundle of the system's roots and one more, and returns its
// path.
func systemRoots(b *testing.B, root []byte) string {
	b.Helper()
	bundle, err := os.ReadFile("/etc/ssl/certs/ca-certificates.crt")
	if err != nil {
		b.Skip("left out: needs the package ca-certificates of Debian: ", err)
	}
	path := filepath.Join(b.TempDir(), "bundle.pem")
	if err := os.WriteFile(path, append(bundle, root...), 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}

// withRoots builds event with other roots in the place of Amazon's.
func withRoots(b *testing.B, roots []byte) string {
	b.Helper()
	dir := b.TempDir()
	other := filepath.Join(dir, "roots.pem")
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(harness.Root(b), "lib/cloud/roots.pem"): other}})
	if err != nil {
		b.Fatal(err)
	}
	for path, text := range map[string][]byte{other: roots, filepath.Join(dir, "overlay.json"): overlay} {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			b.Fatal(err)
		}
	}
	return build(b, "../../../functions/event", "-overlay", filepath.Join(dir, "overlay.json"))
}

// canned is the environment of functions whose AWS answers after the given
// time, and whose Lark is a stand-in.
func canned(b *testing.B, latency time.Duration) []string {
	b.Helper()
	server := httptest.NewServer(nil)
	b.Cleanup(server.Close)
	return cannedBy(b, server, latency)
}

// cannedBy is canned with a server of AWS. The settings are in the table, where
// another instance has left them.
func cannedBy(b *testing.B, server *httptest.Server, latency time.Duration) []string {
	b.Helper()
	_, platform := stage.Lark(b, larktest.App{})
	copied, err := json.Marshal(map[string]any{
		"val": map[string]string{"S": strconv.FormatInt(time.Now().UnixMilli(), 10) + " " + settings(b, platform)},
		"ex":  map[string]string{"N": strconv.FormatInt(time.Now().Add(10*time.Minute).UnixMilli(), 10)},
	})
	if err != nil {
		b.Fatal(err)
	}
	server.Config.Handler = harness.Canned{Latency: latency, Items: map[string]string{"tok#settings/default": string(copied)}}
	return []string{
		"AWS_ENDPOINT_URL=" + server.URL, "AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test",
		"TABLE_NAME=t", "BUS_NAME=b", "BUCKET_NAME=c", "PARAMETER_PREFIX=" + stage.Prefix, "STACK_NAME=s", "GOGC=400",
	}
}

// median in milliseconds.
func median(times []time.Duration) float64 {
	slices.Sort(times)
	return float64(times[len(times)/2].Microseconds()) / 1000
}

func firstAnswer(b *testing.B, bootstrap string, env []string, payload []byte) (wall, cpu time.Duration) {
	b.Helper()
	start := time.Now()
	f, err := harness.Start(b.Context(), bootstrap, env)
	if err != nil {
		b.Fatal(err)
	}
	out, err := f.Invoke(b.Context(), payload)
	wall = time.Since(start)
	if err != nil {
		b.Fatalf("%s: %v\n%s", out, err, f.Logs())
	}
	if err := f.Kill(); err != nil {
		b.Fatal(err)
	}
	return wall, f.CPUTime()
}

func post(path string, payload []byte) []byte {
	req := stage.Delivery(payload)
	return harness.HTTPEvent(http.MethodPost, path, req.Header.(http.Header), req.Body)
}

// settings returns the document of an app of the stand-in.
func settings(b *testing.B, domain string) string {
	b.Helper()
	doc, err := json.Marshal(map[string]string{
		"app_id": larktest.AppID, "app_secret": stage.AppSecret, "domain": domain,
		"encrypt_key": larktest.EncryptKey, "verification_token": larktest.VerificationToken,
	})
	if err != nil {
		b.Fatal(err)
	}
	return string(doc)
}

// hello builds the baseline.
func hello(b *testing.B) string {
	b.Helper()
	return build(b, "./testdata/hello")
}

// build builds a function with the flags of the Makefile.
func build(b *testing.B, folder string, flags ...string) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "bootstrap")
	cmd := exec.Command("go", slices.Concat([]string{"build", "-trimpath", "-buildvcs=false", "-tags", "lambda.norpc", "-ldflags", "-s -w", "-o", path}, flags, []string{folder})...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	return path
}
