# make help lists the targets; CI runs make test.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
STATICCHECK := go tool -modfile=tools/staticcheck/go.mod staticcheck

.PHONY: help run setup check check-go check-client test test-go test-client dist e2e pictures soak bench bench-page bench-peers clean

help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

run: ## serve the demo room on http://127.0.0.1:8080
	go run ./server

setup: ## install what is missing: PostgreSQL, Redis, Chromium, npm packages
	@.ci/setup

check: check-go check-client ## formatting, static checks and the pure rules: the inner loop
	go test ./room

check-go:
	@out=$$(gofmt -l $$(git ls-files -co --exclude-standard '*.go')); test -z "$$out" || { echo "gofmt these: $$out"; exit 1; }
	go vet ./...
	$(STATICCHECK) ./...

check-client:
	cd client && npm run --silent check

# The checks of the server and of the page need one core each.
test: setup ## everything CI runs
	@$(MAKE) --no-print-directory -j2 check-go check-client
	@$(MAKE) --no-print-directory -j1 dist test-client test-go e2e

# Three packages at once: the faults and the bench mostly wait.
test-go: ## all Go tests, race detector on, real PostgreSQL
	go test -race -p 3 -timeout 10m ./...
	go -C deploy test ./...

test-client: ## the client's unit and model tests
	cd client && npm test --silent

dist: ## rebuild client/dist and fail when the committed one differs
	cd client && npm run --silent build && npm run --silent size
	@git diff --exit-code --stat -- client/dist && test -z "$$(git ls-files -o --exclude-standard client/dist)" || \
		{ echo "client/dist differs from its sources: run make dist and commit the result"; exit 1; }

e2e: ## two browsers, one room, in a real Chromium
	cd client && npm run --silent e2e

pictures: ## take the pictures in docs/ anew, of the demo room
	cd client && npx playwright test -c e2e/screenshots.config.ts

soak: ## faults for as long as you like: make soak DURATION=2h SEED=1 FAULTS=kill,redis-killed TIMES=10
	go run ./e2e/faults/soak -duration $(or $(DURATION),10m) $(if $(SEED),-seed $(SEED)) $(if $(FAULTS),-faults $(FAULTS)) $(if $(TIMES),-times $(TIMES))

mutants: ## every planted bug is found; make test takes four of them, by its seed
	go test ./e2e/faults -run TestPlantedBugsAreFound -faults.mutants 100 -v

bench: ## measure; results go to bench/results
	go run ./bench -out bench/results

bench-page: ## measure key to paint in a real Chromium; the result goes to bench/results
	cd client && npx playwright test -c e2e/paint.config.ts

bench-peers: ## measure beside ShareDB, Hocuspocus and Socket.IO, from npm
	go run ./bench -peers -out bench/results

clean: ## remove build output that is not in git
	rm -rf client/node_modules bench/peers/node_modules client/test-results .cache
