package cloud

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	_ "embed" // of roots.pem
	"net"
)

// amazonRoots are the roots of Amazon Trust Services
// (https://www.amazontrust.com/repository): Amazon Root CA 1 to 4 and the Starfield
// Services Root CA G2. The endpoints of AWS have their certificates from them.
//
//go:embed roots.pem
var amazonRoots []byte

// tlsDialer opens TLS connections. It looks for the root of a certificate among a few
// first, and among those of the system only if it is not there: to parse the
// system's 140 takes several milliseconds of a cold start.
type tlsDialer struct {
	dial   func(ctx context.Context, network, addr string) (net.Conn, error)
	config *tls.Config
	first  *x509.CertPool
}

// newTLSDialer returns a dialer that looks among the roots of Amazon first.
func newTLSDialer(dial func(ctx context.Context, network, addr string) (net.Conn, error), config *tls.Config) *tlsDialer {
	first := x509.NewCertPool()
	first.AppendCertsFromPEM(amazonRoots)
	return &tlsDialer{dial, config, first}
}

// DialTLSContext opens a connection to an address and verifies that it belongs to
// the address's host.
func (d *tlsDialer) DialTLSContext(ctx context.Context, network, addr string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	conn, err := d.dial(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	config := d.config.Clone()
	config.ServerName = host
	// The verification that package tls leaves out is made in VerifyConnection, for
	// the same host: tls alone knows one set of roots.
	config.InsecureSkipVerify = true
	config.VerifyConnection = func(state tls.ConnectionState) error { return d.verify(host, state.PeerCertificates) }
	secure := tls.Client(conn, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = conn.Close() // err says more
		return nil, err
	}
	return secure, nil
}

// verify returns an error unless the first certificate is the host's and leads to a
// root. The error is that of the system's roots.
func (d *tlsDialer) verify(host string, chain []*x509.Certificate) error {
	options := x509.VerifyOptions{DNSName: host, Roots: d.first, Intermediates: x509.NewCertPool()}
	for _, c := range chain[1:] {
		options.Intermediates.AddCert(c)
	}
	if _, err := chain[0].Verify(options); err == nil {
		return nil
	}
	options.Roots = nil // the system's
	_, err := chain[0].Verify(options)
	return err
}
