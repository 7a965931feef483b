package cases

import (
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var placeholder = regexp.MustCompile(`\{\{(token|app_id|now(?:-\d+)?|hex:[0-9a-f]{2}|repeat:(\d+):([^{}]*))\}\}`)

// expand replaces the placeholders of a text: {{token}} and {{app_id}} of the
// app; {{now}} and {{now-3600}}, Unix seconds with decimals; {{repeat:3:[}}, the
// text behind the number so many times; {{hex:ff}}, the raw byte.
func expand(text []byte, token, appID string, now time.Time) []byte {
	return placeholder.ReplaceAllFunc(text, func(match []byte) []byte {
		name := string(match[2 : len(match)-2])
		if ago, ok := strings.CutPrefix(name, "now"); ok {
			seconds, _ := strconv.Atoi(ago) // "" or a negative number
			return fmt.Appendf(nil, "%.6f", float64(now.UnixMicro())/1e6+float64(seconds))
		}
		if digits, ok := strings.CutPrefix(name, "hex:"); ok {
			b, _ := hex.DecodeString(digits)
			return b
		}
		if rest, ok := strings.CutPrefix(name, "repeat:"); ok {
			count, unit, _ := strings.Cut(rest, ":")
			n, _ := strconv.Atoi(count)
			return []byte(strings.Repeat(unit, n))
		}
		return []byte(map[string]string{"token": token, "app_id": appID}[name])
	})
}
