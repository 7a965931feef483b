package operate

import "testing"

func TestMask(t *testing.T) {
	for doc, want := range map[string]string{
		`{"a":1.50,"b":"<x>"}`:                                                                      `{"a":1.50,"b":"<x>"}`,
		`{"request":{"user_access_token":"u","token":"user"}}`:                                      `{"request":{"token":"user","user_access_token":"***"}}`,
		`{"update_card":{"token":"c-1","card":{"x":[{"secret":{"a":1}}]}}}`:                         `{"update_card":{"card":{"x":[{"secret":"***"}]},"token":"***"}}`,
		`{"webhook":{"url":"https://open.larksuite.com/open-apis/bot/v2/hook/abc-1","secret":"s"}}`: `{"webhook":{"secret":"***","url":"https://open.larksuite.com/open-apis/bot/v2/hook/***"}}`,
		`{"Message":"{\"app_secret\":\"s\"}"}`:                                                      `{"Message":"{\"app_secret\":\"***\"}"}`,
		`{"text":"use t-g1044abcdefghijklmn and Bearer xyz"}`:                                       `{"text":"use t-*** and Bearer ***"}`,
		`{"u":"https://x.example/?a=1&access_token=zz&b=2"}`:                                        `{"u":"https://x.example/?a=1&access_token=***&b=2"}`,
		"an alarm\n\x1b[2J at https://x/hook/abc":                                                   "an alarm··[2J at https://x/hook/***",
		`{"a":"\u001b[2J\u202e"}`:                                                                   `{"a":"\u001b[2J·"}`,
		`{"token":null,"n":12345678901234567890}`:                                                   `{"n":12345678901234567890,"token":null}`,
		`{"a":1} {"my_secret" : "s\"t","b":"c"}`:                                                    `{"a":1} {"my_secret" : "***","b":"c"}`,
	} {
		if got := mask(doc); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", doc, got, want)
		}
	}
}
