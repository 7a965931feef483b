package outside

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/larkbridge/larkbridge/internal/awstest/harness"
)

// packageInfo is what these tests read of `go list -json`.
type packageInfo struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

// folder returns the path of a package of this module from the repository's
// root, and whether it is one.
func folder(importPath string) (string, bool) {
	return strings.CutPrefix(importPath, modulePath+"/")
}

func list(t *testing.T) map[string]packageInfo {
	t.Helper()
	out := run(t, harness.Root(t), nil, "go", "list", "-json=ImportPath,Imports,Deps", "./...")
	packages := map[string]packageInfo{}
	for d := json.NewDecoder(strings.NewReader(out)); d.More(); {
		var p packageInfo
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		name, ok := folder(p.ImportPath)
		if !ok {
			t.Fatalf("package %s is not below a folder", p.ImportPath)
		}
		packages[name] = p
	}
	return packages
}

// top returns the first part of a folder: functions, lib, cmd, internal, examples or schemas.
func top(folder string) string {
	first, _, _ := strings.Cut(folder, "/")
	return first
}

// mayImport says which of the module's packages those below a folder may import, by their first part.
var mayImport = map[string][]string{
	"lib":       {"lib"},
	"functions": {"lib"},
	"examples":  {"lib"},
	"internal":  {"lib", "internal", "schemas"},
	"cmd":       {"lib", "internal", "schemas"},
	"schemas":   {"lib"},
}

// Imports run one way: functions, the command and internal packages import lib, never the other way round.
func TestImports(t *testing.T) {
	for name, p := range list(t) {
		for _, path := range p.Imports {
			imported, own := folder(path)
			switch {
			case !own:
			case (imported == "internal/wait" || imported == "internal/lazy") && name != "lib/lark": // ship too, and are nobody else's
			case !slices.Contains(mayImport[top(name)], top(imported)):
				t.Errorf("%s imports %s, which its folder must not", name, imported)
			case imported == "lib/wire" && top(name) == "lib":
				t.Errorf("%s imports lib/wire, which puts functions together from it", name)
			case imported == "lib/larktest" && top(name) == "functions":
				t.Errorf("%s imports lib/larktest, which is for tests", name)
			}
		}
	}
}

// lib/lark is the protocol and an SDK by itself.
func TestLarkImportsNoOther(t *testing.T) {
	for _, path := range list(t)["lib/lark"].Deps {
		own, isOwn := folder(path)
		if strings.Contains(path, "aws") || isOwn && top(own) != "lib" {
			t.Errorf("lib/lark depends on %s", path)
		}
	}
}

// Functions call Lark and AWS by the packages of lib.
func TestFunctionsImportNoHTTP(t *testing.T) {
	for name, p := range list(t) {
		if top(name) == "functions" && slices.Contains(p.Imports, "net/http") {
			t.Errorf("%s imports net/http", name)
		}
	}
}

// lib is what ships in a function, and what others need for their tests.
func TestLibShips(t *testing.T) {
	packages := list(t)
	ships := map[string]bool{"lib/larktest": true}
	for name, p := range packages {
		if top(name) == "functions" {
			for _, path := range p.Deps {
				if dependency, ok := folder(path); ok {
					ships[dependency] = true
				}
			}
		}
	}
	for name := range packages {
		if top(name) == "lib" && !ships[name] {
			t.Errorf("%s is in lib, and no function uses it", name)
		}
	}
	if len(ships) < 8 {
		t.Errorf("functions use only %d packages of this module", len(ships))
	}
}
