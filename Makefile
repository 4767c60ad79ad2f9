# facepay: the commands everybody knows. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# Tools run pinned and are no dependency of any module.
BUF         := go run github.com/bufbuild/buf/cmd/buf@v1.75.0
STATICCHECK := go run honnef.co/go/tools/cmd/staticcheck@v0.8.2

MODULES := deploy proto pkg $(patsubst %/go.mod,%,$(sort $(wildcard services/*/go.mod)))
BIN     := bin/facepay

.PHONY: help build demo run test test-mongo bench lint fmt-check vet staticcheck borders tidy-check generate generate-check clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build everything; the binaries are in bin/
	go build work
	go build -o bin/ ./services/*/cmd/*

demo: ## the whole system embedded, scripted kiosks through every outcome, the money checked
	@mkdir -p bin && go build -o $(BIN) ./services/standalone/cmd/facepay
	$(BIN) demo

run: ## the same system, kept running, data in ./data
	@mkdir -p bin && go build -o $(BIN) ./services/standalone/cmd/facepay
	$(BIN) run

test: ## all tests on the embedded parts, with the race detector
	go test -race work

test-mongo: ## store suite and end-to-end stories on a Mongo-compatible server; fails when none can be had
	deploy/mongo/testserver.sh run -- go test -count=1 -tags mongo ./pkg/docstore/mongo ./services/standalone/e2e

bench: ## benchmarks
	go test -run '^$$' -bench . -benchmem work

lint: fmt-check vet staticcheck borders tidy-check generate-check ## static checks and module borders

fmt-check:
	@unformatted=$$(gofmt -l $(MODULES)); test -z "$$unformatted" || { echo "not gofmt'ed:"; echo "$$unformatted"; exit 1; }

vet:
	go vet work
	go vet -tags mongo ./pkg/docstore/mongo ./services/standalone/e2e

staticcheck:
	$(STATICCHECK) $(addsuffix /...,$(addprefix ./,$(MODULES)))

# A module's go.mod is its bill of materials: what it does not declare must not build.
borders:
	@for m in $(MODULES); do echo "GOWORK=off go build $$m"; (cd $$m && GOWORK=off go build ./... ) || exit 1; done

# -e: a test of modernc.org/sqlite wants a module version that the proxy does not serve; nothing of ours needs it.
tidy-check:
	@for m in $(MODULES); do (cd $$m && GOWORK=off go mod tidy -e -diff 2>/dev/null) || { echo "$$m: run go mod tidy"; exit 1; }; done

generate: ## generate the protobuf code (committed, never edited)
	cd proto && $(BUF) lint && $(BUF) generate
	cd proto && $(PROTO_SUM) > gen/SOURCE.sha256

# Compiling buf takes minutes, so the check compares a digest of the sources with the one `make generate` left behind,
# and buf runs only when they differ.
PROTO_SUM := cat buf.yaml buf.gen.yaml $$(find facepay -name '*.proto' | LC_ALL=C sort) | sha256sum | cut -d' ' -f1

generate-check:
	@cd proto && if [ "$$($(PROTO_SUM))" != "$$(cat gen/SOURCE.sha256 2>/dev/null)" ]; then \
		echo "proto/gen is not of these .proto files: run make generate"; exit 1; fi

clean: ## remove what was built; ./data stays
	rm -rf bin
