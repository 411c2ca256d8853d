# Everything that people and CI do with this repository. `make help` lists it.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

export CARGO_TARGET_DIR ?= $(CURDIR)/target
export TERCET_BIN_DIR ?= $(CARGO_TARGET_DIR)/release

CARGO_DENY_VERSION := 0.20.2

.PHONY: help setup build demo dev test test-network test-kills specs check bench weights simulate oracle fuzz mutants

help: ## Show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: ## Install what is missing: system packages, wasm target, ONNX Runtime
	@scripts/setup.sh

build: setup ## Build node, worker, store and command line
	cargo build --release --locked --workspace

demo: build ## A real job, answered by three workers, verified and paid
	@$(TERCET_BIN_DIR)/tercet demo

dev: build ## Run a development network until Ctrl-C
	@$(TERCET_BIN_DIR)/tercet devnet

test: build e2e/polkadot-js/node_modules ## Run every test, end to end included
	@chain-spec/check.sh
	@ops/check.py
	cargo bench --locked --workspace --bench pace --no-run
	cargo test --release --locked --workspace

# The second runtime is one of the next version.
test-network: build e2e/polkadot-js/node_modules ## Do to networks what can happen to them; writes network.md
	TERCET_NEXT_RUNTIME="$$(scripts/next-runtime.sh)" \
		$(TERCET_BIN_DIR)/tercet-network --report $(CARGO_TARGET_DIR)/network.md

test-kills: build ## Kill workers a hundred times at every step; writes kills.md
	TERCET_KILLS=100 TERCET_KILLS_REPORT=$(CARGO_TARGET_DIR)/kills.md \
		cargo test --release --locked --workspace --test e2e -- --nocapture workers_killed_at_every_step

e2e/polkadot-js/node_modules: e2e/polkadot-js/package-lock.json
	npm ci --prefix e2e/polkadot-js --no-audit --no-fund
	@touch $@

# clippy-driver as the workspace's compiler lints our crates on the dependencies already built.
check: setup ## Formatting, lints, licences
	cargo fmt --all -- --check
	RUSTC_WORKSPACE_WRAPPER=clippy-driver RUSTFLAGS= SKIP_WASM_BUILD=1 \
		cargo build --release --locked --workspace --lib --bins --tests --examples --bench pace
	@command -v cargo-deny >/dev/null || cargo install --locked cargo-deny --version $(CARGO_DENY_VERSION)
	cargo deny check licenses bans sources

specs: build ## Write the committed chain specs anew
	@chain-spec/make.sh

bench: build ## Measure the network, and the worker against ONNX Runtime alone; prints tables
	@$(TERCET_BIN_DIR)/tercet-bench
	@cargo bench --locked --workspace --bench pace

# The node only hosts the measurements, so it needs no runtime of its own; it is built apart, because
# its features are others.
weights: setup ## Measure what calls and hooks cost, and write it into the pallets
	SKIP_WASM_BUILD=1 cargo build --release --locked -p tercet-node --features runtime-benchmarks \
		--target-dir $(CARGO_TARGET_DIR)/weights/node
	@TERCET_BIN_DIR=$(CARGO_TARGET_DIR)/weights/node/release scripts/weights.sh

simulate: setup ## Let cheaters of every kind play against the real pallets; prints a table
	SKIP_WASM_BUILD=1 cargo run --release --locked -p tercet-simulation --bin tercet-simulate

oracle: setup ## A million random calls, held against an independent model
	SKIP_WASM_BUILD=1 cargo run --release --locked -p tercet-oracle --bin tercet-oracle -- --actions 1200000

fuzz: setup ## Fuzz the runtime's calls for FUZZ_SECONDS (60), guided by coverage
	@oracle/fuzz.sh

mutants: setup ## Plant bugs one at a time; every one must be caught
	@mutants/run.py
