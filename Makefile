# Every word of this file: make help

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help demo test check format bench fuzz kills simulate planted crash powercuts workers spike consents populations roster proof sanitize docs clean system toolchain

# Development files of the system libraries that Package.swift links.
SYSTEM_PACKAGES := libsqlite3-dev libcurl4-openssl-dev libssl-dev zlib1g-dev
SYSTEM_HEADERS := sqlite3.h curl/curl.h openssl/ssl.h zlib.h
SWIFT_NEEDED := 6.3
# Builds tell their progress to people, and only errors to logs.
QUIET := $(shell test -t 2 || echo --quiet)
# Release builds carry Swift's own libraries: they start sooner, and run where no toolchain is. Some toolchains lack these.
STATIC = $(shell swiftc -print-target-info -static-stdlib 2>/dev/null | sed -n 's/.*"runtimeResourcePath": "\(.*\)".*/\1/p')
RELEASE = -c release $(shell test -f "$(STATIC)/linux/static-stdlib-args.lnk" && echo --static-swift-stdlib)
SWIFT_FILES := $(wildcard Package.swift Sources Tests Benchmarks Campaigns Fuzzing)
# Inputs a target, or other targets: make fuzz FUZZ_RUNS=1000000 FUZZ_TARGETS="json bundle"
FUZZ_RUNS := 100000
FUZZ_TARGETS :=
# Kills a fault, spread evenly over the run: make kills KILLS=20
KILLS := all
# Weeks of a town, from seed FIRST on: make simulate FIRST=57 SEEDS=1 TELL=1 shows one, step by step
SEEDS := 10000
FIRST := 1
MEMBERS := 20
TELL := 0
# Nights of real processes with two random kills each; every so-many-th system call in the sweep, 0 for none
RUNS := 500
CRASH_SEED := 1
SWEEP := 1
# Processes on one store, and what they share: make workers WORKERS=8 JOBS=10000
WORKERS := 8
JOBS := 10000
WORKER_SEED := 1
# Requests a second in a spike, for so long: make spike SPIKE_SECONDS=60
SPIKE_RATE := 100
SPIKE_SECONDS := 600
SPIKE_MEMBERS := 1000
# Which sanitizers, and which tests by regular expressions; all unless said otherwise
SANITIZERS := thread address
FILTER :=
SKIP :=
# Images of the store after power cuts
CUTS := 10000
CUT_SEED := 1

help: ## Show these words
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

demo: system toolchain ## Build pdex and run a night between the built-in clinic and payer
	@echo "Building pdex (release). The first build takes some minutes." >&2
	@swift build $(QUIET) $(RELEASE) --product pdex >&2
	@.build/release/pdex demo

test: system toolchain ## Build and run every test
	@swift build $(QUIET) --build-tests
	@swift test --no-parallel --disable-xctest

check: system toolchain ## Everything a change must pass: format, warnings, tests, docs
	@swift format lint --strict --parallel --recursive $(SWIFT_FILES)
	@swift build $(QUIET) --build-tests
	@swift test --no-parallel --disable-xctest
	@$(MAKE) --no-print-directory docs

format: toolchain ## Lay out every Swift file by the house rules
	@swift format --in-place --parallel --recursive $(SWIFT_FILES)

bench: system toolchain ## Measure the scanner, the store, the mapping and a whole night
	@swift build $(QUIET) $(RELEASE) --product pdex >&2
	@swift build $(QUIET) $(RELEASE) --product pdex-bench >&2
	@.build/release/pdex-bench

# libFuzzer comes with the toolchain, at a place that depends on its clang. Kept inputs stay in .build-fuzz/corpus.
fuzz: system toolchain ## Feed each reader of outside bytes with FUZZ_RUNS odd inputs
	@clang=$$(swiftc -print-target-info | sed -n 's/.*"runtimeResourcePath": "\(.*\)".*/\1/p')/clang/lib; \
	library=$$(find -L "$$clang" -name "libclang_rt.fuzzer_no_main*$$(uname -m).a" | head -n 1); \
	[ -n "$$library" ] || { echo "This toolchain has no libclang_rt.fuzzer_no_main below $$clang." >&2; exit 1; }; \
	PDEX_LIBFUZZER="$$library" swift build $(QUIET) -c release --scratch-path .build-fuzz --product pdex-fuzz \
	  --sanitize address -Xswiftc -enable-testing \
	  -Xswiftc -sanitize-coverage=edge,indirect-calls,trace-cmp,inline-8bit-counters,pc-table >&2
	@for target in $(or $(FUZZ_TARGETS),$$(.build-fuzz/release/pdex-fuzz)); do \
	  SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=quarantine_size_mb=32 nice -n 19 \
	    .build-fuzz/release/pdex-fuzz $$target .build-fuzz/corpus/$$target -runs=$(FUZZ_RUNS) -timeout=1 -rss_limit_mb=512 \
	    -artifact_prefix=.build-fuzz/found-$$target- -print_final_stats=1 >.build-fuzz/$$target.log 2>&1 || { \
	    tail -n 40 .build-fuzz/$$target.log >&2; echo "$$target: found something, see above." >&2; exit 1; }; \
	  printf '%-12s' $$target; sed -n 's/.*DONE *//p' .build-fuzz/$$target.log; \
	done

kills: system toolchain ## End a pull at KILLS places under every fault: a number a line, or all
	@swift build $(QUIET) --build-tests
	@PDEX_KILLS=$(KILLS) swift test --no-parallel --disable-xctest --filter HostileTests.FaultKillTests

simulate: system toolchain ## Live through SEEDS weeks of a town in virtual time, with faults
	@swift build $(QUIET) $(RELEASE) --product pdex-simulate >&2
	@FIRST=$(FIRST) SEEDS=$(SEEDS) MEMBERS=$(MEMBERS) TELL=$(TELL) nice -n 19 .build/release/pdex-simulate

planted: system toolchain ## Plant each known bug, and show that a campaign catches it
	@swift build $(QUIET) --build-tests
	@PDEX_PLANTED=all swift test --no-parallel --disable-xctest --filter SimulationTests.SimulationTests/catches
	@Campaigns/planted.sh

workers: system toolchain ## Have WORKERS processes share JOBS on one store, while they are stopped at random
	@swift build $(QUIET) $(RELEASE) --product pdex-workers >&2
	@WORKERS=$(WORKERS) JOBS=$(JOBS) SEED=$(WORKER_SEED) nice -n 19 .build/release/pdex-workers

spike: system toolchain ## Ask a service for SPIKE_RATE members a second while a night runs
	@swift build $(QUIET) $(RELEASE) --product pdex >&2
	@swift build $(QUIET) $(RELEASE) --product pdex-spike >&2
	@RATE=$(SPIKE_RATE) SECONDS=$(SPIKE_SECONDS) MEMBERS=$(SPIKE_MEMBERS) .build/release/pdex-spike

# The sweep needs strace; without it only the random kills are made.
crash: system toolchain ## SIGKILL RUNS nights of real processes at random, and at each system call
	@swift build $(QUIET) --build-tests
	@sweep=$(SWEEP); command -v strace >/dev/null || { echo "No strace here: no sweep over system calls." >&2; sweep=0; }; \
	PDEX_CRASHES=$(RUNS) PDEX_CRASH_SEED=$(CRASH_SEED) PDEX_SWEEP=$$sweep nice -n 19 \
	  swift test --no-parallel --disable-xctest --filter EndToEndTests.CrashCampaignTests

powercuts: system toolchain ## Cut the power CUTS times during a small night, on a disk that forgets what was not synced
	@command -v strace >/dev/null || { echo "This needs strace." >&2; exit 1; }
	@swift build $(QUIET) --build-tests
	@PDEX_POWER_CUTS=$(CUTS) PDEX_POWER_SEED=$(CUT_SEED) nice -n 19 \
	  swift test --no-parallel --disable-xctest --filter EndToEndTests.PowerCutTests

consents: system toolchain ## Hold 100,000 random sets of consents under each policy against an oracle
	@swift build $(QUIET) --build-tests
	@PDEX_CONSENT_SETS=100000 swift test --no-parallel --disable-xctest --filter PipelineTests.ConsentOracleTests

populations: system toolchain ## Have 10,000 populations of people easily mixed up live through a night each
	@swift build $(QUIET) --build-tests
	@PDEX_POPULATIONS=10000 nice -n 19 swift test --no-parallel --disable-xctest \
	  --filter 'PipelineTests.PopulationTests/nobodyIsTakenForAnother|PipelineTests.PopulationNightTests'

roster: system toolchain ## Check and read a roster of 1,000,000 rows, and tell the memory that takes
	@swift build $(QUIET) --build-tests
	@PDEX_ROSTER_ROWS=1000000 swift test --no-parallel --disable-xctest --filter PipelineTests.RosterTests/long

# Two Pythons of its own from PyPI, unless PDEX_PYTHON names some: R4's models are in older versions, R4B's in newer ones.
proof: system toolchain ## Have nights of real records judged by every guide and by fhir.resources (PDEX_SHARED=../shared)
	@shared=$${PDEX_SHARED:-../shared}; [ -d "$$shared/data/clinic-10" ] && [ -d "$$shared/packages" ] || { \
	  echo "No data and packages in $$shared: nothing can be proved. Name the folder: make proof PDEX_SHARED=..." >&2; exit 1; }
	@swift build $(QUIET) --build-tests
	@shared=$$(cd "$${PDEX_SHARED:-../shared}" && pwd); pythons=$$PDEX_PYTHON; \
	if [ -z "$$pythons" ]; then \
	  python3 -m venv .build-proof/r4 && python3 -m venv .build-proof/r4b && \
	  .build-proof/r4/bin/pip install --quiet 'fhir.resources==6.4.0' 'pydantic[email]<2' && \
	  .build-proof/r4b/bin/pip install --quiet 'fhir.resources==8.3.0' || { \
	    echo "fhir.resources could not be installed. Name Pythons that have it: make proof PDEX_PYTHON=A:B" >&2; exit 1; }; \
	  pythons=$$PWD/.build-proof/r4/bin/python:$$PWD/.build-proof/r4b/bin/python; \
	fi; \
	PDEX_PYTHON="$$pythons" PDEX_SHARED="$$shared" PDEX_PROOF=whole nice -n 19 \
	  swift test --no-parallel --disable-xctest --filter 'IndependentProofTests|SecondOpinionTests|RealFaithfulnessTests|NothingLeftOutTests'

# Two builds of their own. SANITIZERS=thread FILTER=FHIRClientTests narrows it.
sanitize: system toolchain ## Run every test under Thread Sanitizer, and under Address Sanitizer
	@FILTER="$(FILTER)" SKIP="$(SKIP)" nice -n 19 Campaigns/sanitize.sh "$(SANITIZERS)"

docs: system toolchain ## Check links, anchors, front matter and lists in the documentation
	@swift test --no-parallel --disable-xctest --filter ArchitectureTests.Documentation

clean: ## Remove what building, demo and sandbox made
	@rm -rf .build .build-fuzz .build-proof .build-tsan .build-asan .build-reports .build-reports.log .pdex-demo .pdex-sandbox

# Installs what is missing, where apt can; silent when nothing is.
system:
	@if command -v dpkg-query >/dev/null 2>&1; then \
	  missing=; \
	  for package in $(SYSTEM_PACKAGES); do \
	    dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$package"; \
	  done; \
	  [ -n "$$missing" ] || exit 0; \
	  echo "Installing system packages:$$missing" >&2; \
	  if [ "$$(id -u)" = 0 ]; then as_root=; \
	  elif command -v sudo >/dev/null 2>&1; then as_root=sudo; \
	  else \
	    echo "Neither root nor sudo here. As root, run:" >&2; \
	    echo "  apt-get update && apt-get install -y$$missing" >&2; \
	    echo "then the same make command again." >&2; \
	    exit 1; \
	  fi; \
	  $$as_root apt-get update -qq >&2 && \
	  $$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >&2 || { \
	    echo "apt-get failed. Install these yourself, then run make again:$$missing" >&2; exit 1; }; \
	else \
	  for header in $(SYSTEM_HEADERS); do \
	    echo "#include <$$header>" | clang -E -x c - >/dev/null 2>&1 || { \
	      echo "$$header is missing, and there is no apt here. Install the development files of SQLite, libcurl" >&2; \
	      echo "(with OpenSSL), OpenSSL and zlib by your system's package manager, then run make again." >&2; \
	      exit 1; }; \
	  done; \
	fi

toolchain:
	@found=$$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9]*\.[0-9][0-9]*\).*/\1/p' | head -n 1); \
	lowest=$$(printf '%s\n%s\n' "$(SWIFT_NEEDED)" "$${found:-0.0}" | sort -t . -k 1,1n -k 2,2n | head -n 1); \
	[ "$$lowest" = "$(SWIFT_NEEDED)" ] || { \
	  echo "Swift $(SWIFT_NEEDED) or newer is needed; found: $${found:-none on PATH}." >&2; \
	  echo "Get one from https://www.swift.org/install/linux/ and put its usr/bin on PATH." >&2; \
	  exit 1; }
