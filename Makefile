# What a developer does with this repository. `make` alone lists the targets.

# Plain assignments: only the command line changes them, not a variable that happens to be in the environment.
ARCH = arm64
OS = linux
OUT = .build
PYTHON = python3
VENV = .tools/venv
AUDIT = .tools/audit
SAM = SAM_CLI_TELEMETRY=0 $(VENV)/bin/sam
GOLANGCI_LINT = .tools/golangci-lint/v2.15.0/golangci-lint
GOVULNCHECK = .tools/govulncheck/v1.9.0/govulncheck
DIST = dist
FUZZTIME = 1m
PLATFORMS = linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
CODE =
RELEASE_ARCH = arm64

# The one way a Lambda binary is made. Same sources and same Go release, same bytes: no paths, no VCS stamp.
# lambda.norpc leaves out the go1.x runtime's RPC server; -s -w drops what only a debugger reads.
GOBUILD = CGO_ENABLED=0 go build -trimpath -buildvcs=false -tags lambda.norpc -ldflags "-s -w"

# The race detector needs cgo, which Go turns off where it finds no C compiler or the environment has CGO_ENABLED=0.
RACE = $(if $(filter 1,$(shell go env CGO_ENABLED)),-race)

.PHONY: help run man lint unit test chromium screenshots test-arm64 proof fuzz build test-binaries release bench deploy audit clean
.PHONY: build-EventFunction build-CardFunction build-SendFunction

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

run: ## run everything locally, on Go alone, and say how to try it
	@echo "Starting Larkbridge. The first time, Go downloads its modules and compiles it, which takes a minute or two."
	@go run ./cmd/larkbridge run

man: ## write the command's manual pages to .build/man
	go run ./cmd/larkbridge man .build/man

lint: $(GOLANGCI_LINT) $(GOVULNCHECK) ## check the Go code and go.mod (installs golangci-lint and govulncheck once)
	@unformatted=$$(find . -name '*.go' -not -path './.*' -exec gofmt -l {} +); \
		if [ -n "$$unformatted" ]; then echo "run gofmt -w on:"; echo "$$unformatted"; exit 1; fi
	go mod tidy -diff
	$(GOLANGCI_LINT) run ./...
	@$(GOVULNCHECK) ./... >.tools/govulncheck/report 2>&1; \
		case $$?/$$(grep -c 'https://vuln.go.dev' .tools/govulncheck/report) in \
		0/*) ;; \
		3/*|*/0) cat .tools/govulncheck/report; exit 1 ;; \
		*) echo "govulncheck is left out: its database, https://vuln.go.dev, cannot be reached" ;; \
		esac

# The emulators are left out even where they are installed: LARKBRIDGE_TOOLS names a folder that has none.
unit: test-binaries ## run the tests that need Go alone, with the race detector where there is a C compiler
	LARKBRIDGE_TOOLS=$(CURDIR)/.tools/none go test $(RACE) -count=1 ./...

test: lint $(VENV)/stamp test-binaries ## lint, check the templates and run all tests, those of unit too (needs Python 3.10+ once, for emulators and SAM)
	AWS_DEFAULT_REGION=us-east-1 $(SAM) validate --lint
	@for template in examples/*/template.yaml; do AWS_DEFAULT_REGION=us-east-1 $(SAM) validate --lint -t $$template || exit 1; done
	LARKBRIDGE_REQUIRE_EMULATOR=1 go test $(RACE) -count=1 -timeout 40m ./...

# The tests of the page are left out where there is no Chromium, unless LARKBRIDGE_REQUIRE_BROWSER is set.
chromium: ## install Chromium, for the tests of the local run's page (needs apt, and root or sudo)
	@if command -v chromium chromium-browser google-chrome; then exit 0; fi; \
		command -v apt-get >/dev/null || { echo "make: install Chromium in the way of your system" >&2; exit 1; }; \
		as=; [ "$$(id -u)" = 0 ] || as=sudo; \
		$$as apt-get update -qq && $$as apt-get install -qq -y chromium

screenshots: ## write the pictures of the local run's page to docs/img (needs Chromium)
	LARKBRIDGE_REQUIRE_BROWSER=1 LARKBRIDGE_SCREENSHOTS=$(CURDIR)/docs/img go test -count=1 -run '^TestLooks$$' ./internal/local/inspector

# What ships is for arm64, and most machines that test it are not. The binaries of the last `make test-binaries` give
# way to scripts that run those; Go would not write over a script.
test-arm64: $(VENV)/stamp ## run the functions' tests on their arm64 binaries (needs qemu-aarch64-static, as of Debian's qemu-user-static)
	@$(MAKE) --no-print-directory build OS=linux ARCH=arm64 OUT=.build/arm64
	@for fn in event card send; do \
		mkdir -p .build/test/$$fn && rm -f .build/test/$$fn/bootstrap && \
		printf '#!/bin/sh\nexec qemu-aarch64-static $(CURDIR)/.build/arm64/%s/bootstrap\n' $$fn >.build/test/$$fn/bootstrap && \
		chmod +x .build/test/$$fn/bootstrap || exit 1; \
	done
	LARKBRIDGE_REQUIRE_EMULATOR=1 go test -count=1 -timeout 40m ./internal/awstest/account ./functions/...; code=$$?; rm -rf .build/test; exit $$code

proof: ## send 30,000 simulated messages through both queues, ask 10,000 questions and write 2,200 streams, while every fault strikes: some minutes
	LARKBRIDGE_PROOF=1 go test -count=1 -v -run '^(TestChaos|TestQuestions|TestStreamsUnderFaults)$$' ./lib/send ./lib/ask ./lib/stream

fuzz: ## run each fuzz test for a minute (FUZZTIME=1m)
	@grep -rno '^func Fuzz[A-Za-z0-9]*' --include='*_test.go' lib internal | while IFS=: read -r file _ name; do \
		go test -run '^$$' -fuzz "^$${name#func }\$$" -fuzztime $(FUZZTIME) ./$$(dirname $$file) </dev/null || exit 1; \
	done

build: ## write .build/<event|card|send>/bootstrap for Lambda (ARCH=arm64|amd64, default arm64)
	@for fn in event card send; do \
		echo "build $(OUT)/$$fn/bootstrap $(OS)/$(ARCH)"; \
		GOOS=$(OS) GOARCH=$(ARCH) $(GOBUILD) -o $(OUT)/$$fn/bootstrap ./functions/$$fn || exit 1; \
	done

# Tests run the real binaries, so they need them for this machine. They have a folder of their own:
# were it .build/<fn>, then `make build` and `make test` would each leave the other's architecture behind.
test-binaries: ## write .build/test/<event|card|send>/bootstrap for this machine
	@$(MAKE) --no-print-directory build OS=$$(go env GOHOSTOS) ARCH=$$(go env GOHOSTARCH) OUT=.build/test

# PLATFORMS and DIST can be set. So can CODE, which the template puts before the name of a function's zip, such as
# CODE=s3://my-bucket/larkbridge/0.1.0/ for zips that are uploaded there. Without it the zips are beside the template, and
# `sam deploy` uploads them. RELEASE_ARCH=amd64 makes zips for the architecture x86_64.
release: ## write a release to dist/: function zips, template, the command for six platforms, checksums (publishes nothing)
	rm -rf $(OUT)/release $(DIST)
	@$(MAKE) --no-print-directory build OS=linux ARCH=$(RELEASE_ARCH) OUT=$(OUT)/release
	@for platform in $(PLATFORMS); do \
		os=$${platform%/*} arch=$${platform#*/}; echo "build larkbridge $$platform"; \
		GOOS=$$os GOARCH=$$arch $(GOBUILD) -o $(OUT)/release/larkbridge-$$os-$$arch/ ./cmd/larkbridge || exit 1; \
	done
	go run ./internal/release -from $(OUT)/release -to $(DIST) -code '$(CODE)' -arch $(RELEASE_ARCH)

audit: $(VENV)/stamp $(AUDIT)/stamp ## look at the template with checkov and cdk-nag (needs Node.js 20+; installs both once, 700 MB)
	@rm -rf $(AUDIT)/out
	AWS_DEFAULT_REGION=us-east-1 $(VENV)/bin/python internal/awstest/template/translate.py template.yaml >$(AUDIT)/template.json
	$(VENV)/bin/python tools/audit/audit.py $(AUDIT)/template.json $(AUDIT)/venv/bin/checkov $(AUDIT) $(AUDIT)/out

bench: test-binaries ## run the benchmarks
	go test -run '^$$' -bench Event ./lib/bus/
	go test -run '^$$' -bench Cold -benchtime 40x ./internal/awstest/stage/

# The answers of the first time are saved to samconfig.toml; the parameters are what tells that it has asked.
deploy: $(VENV)/stamp ## build and deploy the stack; the first time it asks three questions
	@grep -qs '^parameter_overrides' samconfig.toml || sh tools/firstdeploy.sh $(VENV)/bin
	$(SAM) build
	$(SAM) deploy

clean: ## remove all that these targets made, the tools too
	rm -rf .build .aws-sam .tools $(DIST)

# `sam build` calls these, one per function of template.yaml. The architecture is that of the parameter in samconfig.toml,
# whatever ARCH says: `make deploy ARCH=amd64` must not put an amd64 binary into an arm64 function.
LAMBDA_ARCH = $(if $(shell grep -s '^parameter_overrides.*Architecture=[^a-z]*x86_64' samconfig.toml),amd64,arm64)
build-EventFunction:
	GOOS=linux GOARCH=$(LAMBDA_ARCH) $(GOBUILD) -o $(ARTIFACTS_DIR)/bootstrap ./functions/event
	$(FREEZE)
build-CardFunction:
	GOOS=linux GOARCH=$(LAMBDA_ARCH) $(GOBUILD) -o $(ARTIFACTS_DIR)/bootstrap ./functions/card
	$(FREEZE)
build-SendFunction:
	GOOS=linux GOARCH=$(LAMBDA_ARCH) $(GOBUILD) -o $(ARTIFACTS_DIR)/bootstrap ./functions/send
	$(FREEZE)

# Mode and time are in the zip, too. With a strict umask Lambda could not run the file; with the time of the build
# each zip would be another one, and `aws cloudformation package` would deploy it anew.
FREEZE = chmod 755 $(ARTIFACTS_DIR)/bootstrap && touch -t 198001010000 $(ARTIFACTS_DIR)/bootstrap

# Made once, and again when the pins change, which are in the paths.
$(GOLANGCI_LINT):
	@echo "Installing golangci-lint, which takes some minutes, once."
	GOBIN=$(CURDIR)/$(@D) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(notdir $(@D))
$(GOVULNCHECK):
	GOBIN=$(CURDIR)/$(@D) go install golang.org/x/vuln/cmd/govulncheck@$(notdir $(@D))

# Made once, and again when the pins change.
$(VENV)/stamp: tools/requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
		{ echo "make: the tools need Python 3.10 or newer; name one with: make $(MAKECMDGOALS) PYTHON=/path/to/python3" >&2; exit 1; }
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -r tools/requirements.txt
	@touch $@

# Made once, and again when the pins change.
$(AUDIT)/stamp: tools/audit/requirements.txt tools/audit/package-lock.json
	rm -rf $(AUDIT)
	$(PYTHON) -m venv $(AUDIT)/venv
	$(AUDIT)/venv/bin/pip install --quiet --disable-pip-version-check -r tools/audit/requirements.txt
	cp tools/audit/package.json tools/audit/package-lock.json $(AUDIT)/
	npm ci --silent --no-audit --no-fund --prefix $(AUDIT)
	@touch $@
