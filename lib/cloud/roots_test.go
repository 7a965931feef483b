package cloud

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// The roots are those that Amazon Trust Services publishes, by their SHA-256.
func TestAmazonRoots(t *testing.T) {
	want := []string{
		"8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e", // Amazon Root CA 1
		"1ba5b2aa8c65401a82960118f80bec4f62304d83cec4713a19c39c011ea46db4", // Amazon Root CA 2
		"18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4", // Amazon Root CA 3
		"e35d28419ed02025cfa69038cd623962458da5c695fbdea3c22b0bfb25897092", // Amazon Root CA 4
		"568d6905a2c88708a4b3025190edcfedb1974a606a13c6e5290fcb2ae63edab5", // Starfield Services Root CA - G2
	}
	var got []string
	for rest := amazonRoots; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		if left := time.Until(c.NotAfter); left < 365*24*time.Hour {
			t.Errorf("%s ends in %v", c.Subject, left)
		}
		sum := sha256.Sum256(c.Raw)
		got = append(got, hex.EncodeToString(sum[:]))
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// authority is a root with what a test signs by it.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "root"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(48 * time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return authority{certificate, key}
}

// serve starts a TLS server with a certificate for a host, which ends at a time. It
// returns the address.
func (a authority) serve(t *testing.T, host string, end time.Time) (addr string) {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), DNSNames: []string{host}, NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: end,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if ip := net.ParseIP(host); ip != nil {
		template.DNSNames, template.IPAddresses = nil, []net.IP{ip}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, &a.key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: a.key}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_ = conn.(*tls.Conn).Handshake()
			}()
		}
	}()
	return l.Addr().String()
}

// connect opens a connection to a host whose server listens at addr.
func connect(t *testing.T, first *x509.CertPool, host, addr string) error {
	t.Helper()
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, addr)
	}
	d := &tlsDialer{dial, &tls.Config{MinVersion: tls.VersionTLS12}, first}
	conn, err := d.DialTLSContext(t.Context(), "tcp", net.JoinHostPort(host, "443"))
	if err == nil {
		conn.Close()
	}
	return err
}

func TestTLSDialer(t *testing.T) {
	known, unknown := newAuthority(t), newAuthority(t)
	first := x509.NewCertPool()
	first.AddCert(known.certificate)
	tomorrow, yesterday := time.Now().Add(24*time.Hour), time.Now().Add(-time.Hour)
	for name, tt := range map[string]struct {
		signer           authority
		certified, asked string
		end              time.Time
		refused          bool
	}{
		"a host":                {known, "events.example.com", "events.example.com", tomorrow, false},
		"an address":            {known, "127.0.0.1", "127.0.0.1", tomorrow, false},
		"another host":          {known, "events.example.com", "ssm.example.com", tomorrow, true},
		"another address":       {known, "127.0.0.1", "127.0.0.2", tomorrow, true},
		"a name for an address": {known, "events.example.com", "127.0.0.1", tomorrow, true},
		"expired":               {known, "events.example.com", "events.example.com", yesterday, true},
		"an unknown root":       {unknown, "events.example.com", "events.example.com", tomorrow, true},
	} {
		t.Run(name, func(t *testing.T) {
			err := connect(t, first, tt.asked, tt.signer.serve(t, tt.certified, tt.end))
			if (err != nil) != tt.refused {
				t.Errorf("got %v, want it refused: %v", err, tt.refused)
			}
		})
	}
}

// The root of a company's proxy is in the system's pool. Package x509 reads that pool
// once in a process, so the test runs itself with another one.
func TestSystemRoots(t *testing.T) {
	if addr := os.Getenv("TEST_TLS_ADDR"); addr != "" {
		if err := connect(t, x509.NewCertPool(), "events.example.com", addr); err != nil {
			t.Fatal(err)
		}
		return
	}
	proxy := newAuthority(t)
	addr := proxy.serve(t, "events.example.com", time.Now().Add(time.Hour))
	bundle := filepath.Join(t.TempDir(), "bundle.pem")
	if err := os.WriteFile(bundle, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: proxy.certificate.Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		bundle  string
		refused bool
	}{{bundle, false}, {"/dev/null", true}} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestSystemRoots$")
		cmd.Env = append(os.Environ(), "TEST_TLS_ADDR="+addr, "SSL_CERT_FILE="+tt.bundle, "SSL_CERT_DIR="+t.TempDir())
		out, err := cmd.CombinedOutput()
		if (err != nil) != tt.refused || tt.refused && !bytes.Contains(out, []byte("unknown authority")) {
			t.Errorf("with the roots of %s: got %v, %s, want it refused: %v", tt.bundle, err, out, tt.refused)
		}
	}
}
