package lark_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// features are what a program could do with the Python SDK for API calls, and
// the tests that show it here: a folder below lib (or functions/…), a test
// and, after a slash, one of its cases. A note says what is different on
// purpose.
var features = []struct {
	feature   string
	tests     []string
	different string
}{
	{"Feishu and Lark domains, any other", []string{"lark.TestParseAppDomain", "lark.TestAPIVectors/A57"}, ""},
	{"settings from the environment", []string{"lark.TestAppFromEnv"}, "the deployed functions read the Parameter Store; the names are for `larkbridge run`"},
	{"settings from arguments", []string{"lark.TestParseApp"}, ""},
	{"custom and marketplace apps", []string{"lark.TestAPIVectors/A01", "lark.TestAPIVectors/A26", "lark.TestMarketplace"}, ""},
	{"log levels", []string{"send.TestOwnLogger", "functions/send.TestLogLevel"}, ""},
	{"own logger", []string{"send.TestOwnLogger"}, "log/slog; lib/lark itself logs nothing, its errors say it"},
	{"secrets never logged", []string{"functions/send.TestLogHoldsNoSecrets", "functions/event.TestTicketIsKeptAndNotPublished", "lark.TestSecretNeverPrints", "local.TestNoSecretIsSeen"}, ""},
	{"help desk value", []string{"lark.TestAPIVectors/B00"}, ""},
	{"own store", []string{"lark.TestStoreFails", "lark.TestLoserWaits", "store.TestTokenKeysAreApart"}, "its keys have the host, because Lark and Feishu share no tokens"},
	{"memory store with an end of life", []string{"store.TestTokens/an expired token can be replaced", "store.TestModel"}, "a token's end is a part of it; the client, not the store, judges it"},
	{"shared store", []string{"functions/send.TestSharedToken", "lark.TestThousandInstances", "store.TestTokens", "lark.TestAPIVectors/A29"}, "DynamoDB, not Redis"},
	{"tenant token is kept, custom app", []string{"lark.TestTokenIsKept", "lark.TestTokenRenewal", "lark.TestAPIVectors/A02"}, "renewed with 30 minutes left, when Lark has a new one, and not with 3"},
	{"app token is kept, custom app", []string{"lark.TestAppTokenIsKept"}, ""},
	{"app ticket is kept", []string{"functions/event.TestTicketIsKeptAndNotPublished", "store.TestTickets"}, "until the next one comes: Lark documents no end"},
	{"marketplace app token", []string{"lark.TestAPIVectors/A26"}, ""},
	{"marketplace tenant token", []string{"lark.TestMarketplace", "lark.TestAPIVectors/A23"}, ""},
	{"tenant key is needed", []string{"lark.TestAPIVectors/A20", "lark.TestMarketplaceRefusals/no tenant"}, ""},
	{"no ticket: asks for one", []string{"lark.TestAPIVectors/A21", "lark.TestMarketplaceRefusals/no ticket yet"}, ""},
	{"ticket refused: asks for one", []string{"lark.TestAPIVectors/A24", "lark.TestMarketplaceRefusals/a ticket that is too old"}, "once in 5 minutes for all instances together"},
	{"one refresh at a time", []string{"lark.TestTokenInParallel", "lark.TestThousandInstances", "store.TestRefreshHappensOnce"}, ""},
	{"store fails", []string{"lark.TestStoreFails/reading", "lark.TestAPIVectors/B41"}, ""},
	{"choice of the token", []string{"lark.TestTokenChoice"}, ""},
	{"user token option", []string{"lark.TestAPIVectors/A04", "lark.TestAPIVectors/A07", "lark.TestAPIVectors/A08"}, ""},
	{"tenant key option", []string{"lark.TestMarketplace", "lark.TestTokenChoice", "send/request.TestTenantKeyOfTheRequest"}, ""},
	{"no token", []string{"lark.TestTokenChoice", "send/request.TestAPIIdentity/none"}, ""},
	{"user token is missing", []string{"lark.TestAPIVectors/A05", "lark.TestRefusedBeforeSending/user without a token"}, ""},
	{"path /open-apis/…", []string{"lark.TestAPIVectors/A50"}, ""},
	{"short path", []string{"lark.TestAPIVectors/A51"}, ""},
	{"full URL", []string{"lark.TestCallPaths", "lark.TestRefusedBeforeSending/another host"}, "only on the app's own host: a token goes nowhere else"},
	{"path params", []string{"lark.TestAPIVectors/A61", "send/request.TestAPI/path params"}, ""},
	{"path param is missing", []string{"lark.TestAPIVectors/A62", "lark.TestAPIVectors/A64"}, ""},
	{"query params, lists", []string{"lark.TestAPIVectors/A70", "send/request.TestAPI/query"}, ""},
	{"query with a form", []string{"lark.TestAPIVectors/A92"}, ""},
	{"all methods", []string{"send/request.TestAPI", "lark.TestAPIVectors/A8b", "lark.TestAPIVectors/A8c"}, ""},
	{"JSON body", []string{"lark.TestAPIVectors/A80", "lark.TestRequest/a body"}, "byte for byte as the caller wrote it"},
	{"raw body", []string{"lark.TestAPIVectors/A82"}, ""},
	{"no body", []string{"lark.TestAPIVectors/A83", "lark.TestRequest/no body"}, ""},
	{"typed body, ids as strings", []string{"send/request.TestAPI/body"}, "the body is the caller's JSON, whose numbers of any length stay"},
	{"form fields and files", []string{"lark.TestAPIVectors/A91", "send/request.TestAPIForm"}, ""},
	{"several files of one field", []string{"lark.TestAPIVectors/A91", "send/request.TestAPIForm"}, ""},
	{"defaults of files", []string{"lark.TestAPIVectors/A91", "send/request.TestAPIForm"}, ""},
	{"file from a reader", []string{"send/request.TestUploadAgain", "functions/send.TestLargeFiles", "lark.TestAPIVectors/A48"}, ""},
	{"user agent", []string{"lark.TestUserAgent"}, "a name without a version"},
	{"bearer header", []string{"lark.TestAPIVectors/A01", "lark.TestRequest/a user's token"}, ""},
	{"help desk option", []string{"lark.TestAPIVectors/B00", "lark.TestAPIVectors/B01"}, ""},
	{"time-out option", []string{"lark.TestTimeout", "send/request.TestAPITimeout"}, "always one, for tokens and retry together"},
	{"retry with another token", []string{"lark.TestAPIVectors/A41", "lark.TestAPIVectors/A42", "lark.TestRefusedToken/tenant token"}, "none for a user's token, which is the caller's to replace"},
	{"one retry only", []string{"lark.TestAPIVectors/A47", "lark.TestRefusedToken/for ever"}, ""},
	{"no retry for other codes", []string{"lark.TestAPIVectors/A45", "lark.TestRefusedToken/another code"}, ""},
	{"retry sends the body again", []string{"lark.TestAPIVectors/A48", "lark.TestRefusedToken"}, ""},
	{"code, msg, error, data", []string{"lark.TestAPIVectors/B10", "lark.TestErrorDetails", "lark.TestResult"}, "a code that is not 0 is an error"},
	{"no data field", []string{"lark.TestAPIVectors/B11", "send/request.TestAPIWithoutDataField"}, ""},
	{"typed result", []string{"lark.TestTypedResult"}, "the caller decodes the data"},
	{"any JSON in data", []string{"lark.TestAPIVectors/B13", "lark.TestAPIVectors/B14", "lark.TestResult/data as it came"}, ""},
	{"answer that is not JSON", []string{"lark.TestAPIVectors/B16", "lark.TestAPIVectors/B17", "lark.TestAnswersThatAreNotLarks"}, ""},
	{"broken JSON, array, no code", []string{"lark.TestAPIVectors/B19", "lark.TestAPIVectors/B22", "lark.TestAnswersThatAreNotLarks/no code"}, ""},
	{"download to memory", []string{"lark.TestAPIVectors/B30"}, ""},
	{"download to a writer", []string{"lark.TestAPIVectors/B31", "send/request.TestDownload", "functions/send.TestLargeFiles"}, "the caller reads; nothing is whole in memory"},
	{"error in place of a download", []string{"lark.TestAPIVectors/B33", "lark.TestAPIVectors/B34", "send/request.TestDownloadFails/Lark's error"}, ""},
	{"log id, status, headers", []string{"lark.TestErrorDetails", "lark.TestResult"}, "other headers are not passed on"},
}

// Every feature has its tests, and they exist.
func TestFeatures(t *testing.T) {
	if len(features) != 60 {
		t.Fatalf("%d features, the SDK has 60 for API calls", len(features))
	}
	all := allTests(t)
	vectors, err := os.ReadFile("testdata/seed-vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range features {
		if len(f.tests) == 0 {
			t.Errorf("%d, %s: no test", i+1, f.feature)
		}
		for _, name := range f.tests {
			folder, rest, _ := strings.Cut(name, ".")
			test, part, hasPart := strings.Cut(rest, "/")
			cases, ok := all[folder+"."+test]
			if test == "TestAPIVectors" && strings.Contains(string(vectors), `"id": "`+part+`"`) {
				cases = map[string]bool{part: true}
			}
			switch {
			case !ok:
				t.Errorf("%d, %s: there is no %s", i+1, f.feature, name)
			case hasPart && !cases[part]:
				t.Errorf("%d, %s: there is no case %s", i+1, f.feature, name)
			}
		}
	}
}

// allTests are the tests of the repository, and of each the texts in it: the
// names of its cases are among them.
func allTests(t *testing.T) map[string]map[string]bool {
	t.Helper()
	all := map[string]map[string]bool{}
	for _, pattern := range []string{"../*/*_test.go", "../send/request/*_test.go", "../../internal/*/*_test.go", "../../functions/*/*_test.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(files), err)
		}
		for _, name := range files {
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			folder := strings.TrimPrefix(filepath.ToSlash(filepath.Dir(name)), "../")
			folder = strings.TrimPrefix(strings.TrimPrefix(folder, "../"), "internal/")
			for _, d := range file.Decls {
				if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Test") {
					all[folder+"."+f.Name.Name] = texts(f)
				}
			}
		}
	}
	return all
}

// texts are the strings in a function.
func texts(f *ast.FuncDecl) map[string]bool {
	found := map[string]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if text, err := strconv.Unquote(lit.Value); err == nil {
				found[text] = true
			}
		}
		return true
	})
	return found
}
