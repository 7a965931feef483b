package inspector

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/internal/cardview"
)

func TestPostCard(t *testing.T) {
	for name, c := range map[string]struct{ post, want string }{
		"text with styles":   {`{"zh_cn":{"title":"T","content":[[{"tag":"text","text":"a*b","style":["bold","italic"]}]]}}`, `<strong><em>a*b</em></strong>`},
		"a link":             {`{"en_us":{"content":[[{"tag":"a","text":"go","href":"https://example.com/a_b"}]]}}`, `href="https://example.com/a_b"`},
		"a link that is bad": {`{"content":[[{"tag":"a","text":"go","href":"javascript:x"}]]}`, `<span>go (`},
		"a mention":          {`{"content":[[{"tag":"at","user_id":"ou_1","user_name":"Ann"}]]}`, `@Ann`},
		"markup in text":     {`{"content":[[{"tag":"text","text":"<b>- [x](y)</b>"}]]}`, `&lt;b&gt;- [x](y)&lt;/b&gt;`},
		"an image":           {`{"content":[[{"tag":"text","text":"see"},{"tag":"img","image_key":"img_1"}]]}`, `img_1`},
		"code":               {`{"content":[[{"tag":"code_block","text":"x := 1"}]]}`, `<code>x := 1`},
		"Markdown":           {`{"content":[[{"tag":"md","text":"**b**"}]]}`, `<strong>b</strong>`},
		"an unknown tag":     {`{"content":[[{"tag":"hologram"}]]}`, `hologram`},
		"another wrapping":   {`{"post":{"ja_jp":{"content":[[{"tag":"text","text":"はい"}]]}}}`, `はい`},
		"nothing":            {`{"content":1}`, `card-body`},
	} {
		content, err := decode([]byte(c.post))
		if err != nil {
			t.Fatal(err)
		}
		card, err := json.Marshal(postCard(content, "en_us"))
		if err != nil {
			t.Fatal(err)
		}
		if got := string(cardview.Render(card, cardview.English)); !strings.Contains(got, c.want) {
			t.Errorf("%s: got %s, want %s in it", name, got, c.want)
		}
	}
}
