# facepay: the commands everybody knows. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# Tools run pinned and are no dependency of any module.
BUF         := go run github.com/bufbuild/buf/cmd/buf@v1.75.0
STATICCHECK := go run honnef.co/go/tools/cmd/staticcheck@v0.8.2

MODULES := deploy proto pkg $(patsubst %/go.mod,%,$(sort $(wildcard services/*/go.mod)))
BIN     := bin/facepay

.PHONY: help build demo run test test-mongo chaos bench bench-go lint fmt-check vet staticcheck borders tidy-check generate generate-check breaking planted mutation fuzz flood clean

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

# The C code of SQLite, translated to Go, is not looked into for races: a third of all time went there. What calls it is.
# The stories, which wait, come first, beside the other packages, and not behind them.
RACE    := -race -gcflags='modernc.org/sqlite/lib=-race=false -d=checkptr=0' -gcflags='modernc.org/libc/...=-race=false -d=checkptr=0'
STORIES := ./services/standalone/e2e/...

test: ## all tests on the embedded parts, with the race detector; how many rules of WeChat's they hold
	go test $(RACE) $(STORIES) work
	@go run ./services/standalone/rules

test-mongo: ## store suite and end-to-end stories on a Mongo-compatible server; fails when none can be had
	deploy/mongo/testserver.sh run -- go test -count=1 -tags mongo ./pkg/docstore/mongo $(STORIES)

CHAOS_ORDERS ?= 20000
CHAOS_KILLS  ?= 200
CHAOS_SEEDS  ?= 1 2 3
# Of how many of a hundred customers the orders have a life of their own. A second refund of a payment is a minute behind
# the first: mode run lives ten times as fast, the fleet on the machine's clock.
CHAOS_LIVES       ?= 50
CHAOS_FLEET_LIVES ?= 5

chaos: ## customers while processes are killed at random: facepay run, then two replicas of each service on MongoDB
	@mkdir -p bin && go build -o bin/ ./services/*/cmd/* && (cd services/standalone && go build -o ../../bin/ github.com/nats-io/nats-server/v2)
	@for seed in $(CHAOS_SEEDS); do $(BIN) chaos --orders $(CHAOS_ORDERS) --lives $(CHAOS_LIVES) --kills $(CHAOS_KILLS) --seed $$seed || exit; done
	@deploy/mongo/testserver.sh run -- bash -c 'for seed in $(CHAOS_SEEDS); do $(BIN) chaos --mode fleet --replicas 2 \
		--store "$$MONGODB_URI" --orders $(CHAOS_ORDERS) --lives $(CHAOS_FLEET_LIVES) --kills $(CHAOS_KILLS) --seed $$seed || exit; done'

BENCH ?= all

bench: ## measures this machine: a table and bench.json; BENCH=ingest for one part
	@mkdir -p bin && go build -buildvcs=auto -o $(BIN) ./services/standalone/cmd/facepay
	$(BIN) bench $(BENCH)

bench-go: ## the packages' own Go benchmarks
	go test -run '^$$' -bench . -benchmem work

FORGED       ?= 10000000
VALID        ?= 1000000
FLOOD_ORDERS ?= 2000
SEED         ?= 1

flood: ## forged and repeated notifications by the million: none forged is accepted, what is genuine has its effect once
	@mkdir -p bin && go build -o $(BIN) ./services/standalone/cmd/facepay
	$(BIN) flood --seed $(SEED) --forged $(FORGED) --over-http 100000 --valid $(VALID) --orders $(FLOOD_ORDERS)

lint: fmt-check vet staticcheck borders tidy-check generate-check breaking ## static checks, module borders, the contract against the last tag

fmt-check:
	@unformatted=$$(gofmt -l $(MODULES)); test -z "$$unformatted" || { echo "not gofmt'ed:"; echo "$$unformatted"; exit 1; }

vet:
	go vet work
	go vet -tags mongo ./pkg/docstore/mongo $(STORIES)

staticcheck:
	$(STATICCHECK) $(addsuffix /...,$(addprefix ./,$(MODULES)))

# A module's go.mod is its bill of materials: what it does not declare must not build.
borders:
	@for m in $(MODULES); do echo "GOWORK=off go build $$m"; (cd $$m && GOWORK=off go build ./... ) || exit 1; done

# -e, and go.mod alone: a test of modernc.org/sqlite wants a module version that the proxy serves on some days; nothing of
# ours needs it, and a go.sum that lacks what we need does not build (borders).
tidy-check:
	@for m in $(MODULES); do diff=$$(cd $$m && GOWORK=off go mod tidy -e -diff 2>/dev/null); \
		if grep -q '^diff current/go.mod' <<<"$$diff"; then echo "$$diff"; echo "$$m: run go mod tidy"; exit 1; fi; done

generate: ## generate the protobuf code, the AsyncAPI document, the event table and WeChat's answers (committed, never edited)
	cd pkg/wechatpay && go run ./internal/answers
	cd proto && $(BUF) lint && $(BUF) generate && go run ./cmd/describe
	cd proto && $(PROTO_SUM) > gen/SOURCE.sha256

# Compiling buf takes minutes, so the check compares a digest of the sources with the one `make generate` left behind.
# Whether asyncapi.yaml and EVENTS.md are of this contract is a test of proto/contract/describe.
PROTO_SUM := cat buf.yaml buf.gen.yaml $$(find facepay -name '*.proto' | LC_ALL=C sort) | sha256sum | cut -d' ' -f1

generate-check:
	@cd proto && if [ "$$($(PROTO_SUM))" != "$$(cat gen/SOURCE.sha256 2>/dev/null)" ]; then \
		echo "proto/gen is not of these .proto files: run make generate"; exit 1; fi
	go test ./proto/contract/describe

# For the same reason buf runs here only when the contract differs from the last tag. A clone without tags has nothing to
# compare with.
breaking: ## no change of the contract since the last tag breaks its readers (buf breaking)
	@tag=$$(git describe --tags --abbrev=0 --match 'v*' 2>/dev/null); \
	if [ -z "$$tag" ]; then echo "breaking: no tag v* in this clone, nothing to compare the contract with"; \
	elif git diff --quiet "$$tag" -- proto/buf.yaml 'proto/*.proto'; then echo "breaking: the contract is that of $$tag"; \
	else echo "breaking: comparing the contract with $$tag"; \
		against="$$(git rev-parse --path-format=absolute --git-common-dir)#tag=$$tag,subdir=proto"; \
		cd proto && $(BUF) breaking --against "$$against"; fi

planted: ## known faults, planted one by one into our own code: each must be caught by its named test
	go run ./services/standalone/planted

# Every second or two a change: half an hour of the machine. What survives is for the eye: it makes no difference, or a test
# is missing.
EACH ?= 40

mutation: ## small slips by the dozen in the order's domain, the door, its journal and the outbox: which do the tests miss
	go run ./services/standalone/mutation --seed $(SEED) --each $(EACH)

FUZZTIME ?= 30s

fuzz: ## every fuzz target in turn, FUZZTIME (30s) each
	@for dir in $$(grep -rl --include='*_test.go' '^func Fuzz' $(MODULES) | xargs -n1 dirname | sort -u); do \
		targets=$$(go test -list '^Fuzz' ./$$dir) || { echo "$$targets"; exit 1; }; \
		for target in $$(grep '^Fuzz' <<<"$$targets"); do \
			echo "$$dir $$target"; \
			go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 100x ./$$dir || exit 1; \
		done; \
	done

clean: ## remove what was built; ./data stays
	rm -rf bin
