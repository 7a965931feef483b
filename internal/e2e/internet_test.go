package e2e_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// apis is where the URLs of the stacks are.
const apis = ".execute-api.us-east-1.amazonaws.com"

// connect stands between the programs and the internet: a proxy that knows the
// stacks' HTTPS URLs, as their outputs have them, and nothing else.
func (c *cloud) connect() {
	c.t.Helper()
	target, err := url.Parse(c.endpoint)
	if err != nil {
		c.t.Fatal(err)
	}
	api := httptest.NewUnstartedServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = strings.TrimSuffix(r.In.Host, apis) + ".execute-api.localhost" // the emulator's own name for it
	}})
	key, cert := certificate(c.t)
	api.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{cert}, PrivateKey: key}}}
	api.StartTLS()
	c.t.Cleanup(api.Close)
	proxy := httptest.NewServer(tunnel(api.Listener.Addr().String()))
	c.t.Cleanup(proxy.Close)

	trusted := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})
	file := filepath.Join(c.t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, trusted, 0o600); err != nil {
		c.t.Fatal(err)
	}
	c.env = append(c.env, "HTTPS_PROXY="+proxy.URL, "SSL_CERT_FILE="+file)
	through, err := url.Parse(proxy.URL)
	if err != nil {
		c.t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(trusted)
	c.http = &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(through), TLSClientConfig: &tls.Config{RootCAs: roots}}}
	c.t.Cleanup(c.http.CloseIdleConnections)
}

// tunnel is a proxy for HTTPS that brings every API to one address.
func tunnel(addr string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect || !strings.HasSuffix(r.URL.Hostname(), apis) {
			http.Error(w, "there is no internet", http.StatusBadGateway)
			return
		}
		out, err := net.Dial("tcp", addr)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer out.Close()
		in, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer in.Close()
		_, _ = io.WriteString(in, "HTTP/1.1 200 OK\r\n\r\n")
		go func() {
			_, _ = io.Copy(out, in)
			_ = out.(*net.TCPConn).CloseWrite()
		}()
		_, _ = io.Copy(in, out)
	}
}

// certificate is good for every API, for an hour.
func certificate(t *testing.T) (*ecdsa.PrivateKey, []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"*" + apis}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	cert, err := x509.CreateCertificate(rand.Reader, about, about, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return key, cert
}
