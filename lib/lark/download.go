package lark

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
)

// Download is a file that Lark sends. The caller reads and closes Body.
type Download struct {
	Body   io.ReadCloser
	Type   string
	Size   int64 // in bytes, -1 when Lark does not say
	Status int
	LogID  string
}

// Download makes a call whose answer is a file. An answer of Lark's that reports
// an error is that error, whatever its status: it is never taken for the file.
// The call's time-out covers the reading of the file too.
func (c *Client) Download(ctx context.Context, call Call) (*Download, error) {
	ctx, cancel := call.within(ctx)
	var file *Download
	err := c.exchange(ctx, call, func(resp *http.Response) (err error) {
		file, err = openFile(resp)
		return err
	})
	if err != nil {
		cancel()
		return nil, err
	}
	file.Body = closing{file.Body, cancel}
	return file, nil
}

// closing ends a call when its file is closed.
type closing struct {
	io.ReadCloser
	cancel context.CancelFunc
}

func (c closing) Close() error {
	defer c.cancel()
	return c.ReadCloser.Close()
}

// maxError is the size in bytes up to which a JSON answer can be an error: a
// larger one is a file.
const maxError = 64 << 10

func openFile(resp *http.Response) (*Download, error) {
	isJSON := strings.Contains(resp.Header.Get("Content-Type"), "json")
	if resp.StatusCode == http.StatusOK && !isJSON {
		return &Download{resp.Body, resp.Header.Get("Content-Type"), resp.ContentLength, resp.StatusCode, logID(resp.Header)}, nil
	}
	defer func() {
		if resp.Body != nil {
			resp.Body.Close()
		}
	}()
	head, err := io.ReadAll(io.LimitReader(resp.Body, maxError))
	if err != nil {
		return nil, transport("reading Lark's answer", err)
	}
	_, err = parseAnswer(resp, head)
	failed, _ := err.(*Error)
	if resp.StatusCode != http.StatusOK {
		if failed == nil { // code 0 with a status that is not 200, such as a part of a file
			failed = &Error{Kind: KindTransport, Status: resp.StatusCode, LogID: logID(resp.Header), Msg: "the answer is not a whole file"}
		}
		return nil, failed
	}
	if failed != nil && failed.Code != 0 {
		return nil, failed
	}
	rest := resp.Body
	resp.Body = nil // the download closes it
	return &Download{struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(head), rest), rest}, resp.Header.Get("Content-Type"), resp.ContentLength, resp.StatusCode, logID(resp.Header)}, nil
}
