# The front door. CMake does the work; `make help` lists the targets.
#
#   make JOBS=4       that many compilers or tests at a time
#   make WERROR=OFF   warnings are not errors (for compilers that the project does not know yet)
#   make KEEP=1 demo  the demo stays until Ctrl-C
#   make PORT=5556 dev   another port than 5555
#   make MIN=10 soak  the soak takes ten minutes for each of its parts (SOAK=crowd: only that; SOAK_FLAGS="--json")
#   make SEEDS=1000 sim  so many episodes (FROM=1: the first seed; SEED=7: only that one; REPLAY=FILE: a plan)

JOBS   ?= $(shell nproc 2>/dev/null || echo 2)
WERROR ?= ON
PREFIX ?= /usr/local
SEEDS  ?= 100000
FROM   ?= 1
export JOBS WERROR

.DEFAULT_GOAL := all
.PHONY: all dist dist-clean dev demo test test-browser test-page asan tsan msan sim sim-plants soak bench fuzz docs format install clean help
.PHONY: torture analyze valgrind coverage cross options

all: ## build everything into build/; the command is build/pusher
	@scripts/setup.sh build
	@cmake --preset default -DPUSHER_WERROR=$(WERROR) -DCMAKE_INSTALL_PREFIX=$(PREFIX) --log-level=WARNING
	@cmake --build --preset default -j $(JOBS)

dist: ## pusher.js for pages, workers and Node, and its npm package, into dist/<version>/
	@scripts/setup.sh dist
	@scripts/dist.sh

dist-clean: ## remove what is there of it, and build it from scratch
	@rm -rf dist build/web
	@$(MAKE) --no-print-directory dist

dev: ## serve http://localhost:5555/pusher.js, freshly bundled at every edit
	@scripts/setup.sh dist
	@scripts/dist.sh dev

demo: ## build, and see an event travel from the server to a native subscriber and a page with pusher.js
	@scripts/setup.sh demo
	@scripts/demo.sh

test: ## build and run every test, with sanitizers too
	@scripts/setup.sh test
	@scripts/test.sh

test-browser: ## the tests of pusher.js in Chromium and Firefox (BROWSERS=chromium; GREP=text: only some)
	@scripts/setup.sh test
	@scripts/test_browser.sh

test-page: ## serve them at http://localhost:8888/ for any browser (PORT=; WATCH=1: again after each edit)
	@scripts/setup.sh test
	@scripts/test_browser.sh serve

asan: ## all tests under the address and undefined-behaviour sanitizers
	@scripts/setup.sh test
	@scripts/test.sh asan

tsan: ## unit and end-to-end tests under the thread sanitizer
	@scripts/setup.sh test
	@scripts/test.sh tsan

msan: ## unit tests of the engine and what is below it under the memory sanitizer
	@scripts/setup.sh test
	@scripts/test.sh msan

cross: ## build for arm64, armhf, s390x and musl, run the unit tests there (MACHINES=s390x: only that)
	@scripts/setup.sh cross
	@scripts/cross.sh $(MACHINES)

options: ## build with each optional part switched off, gcc and clang, and run the unit tests (ROWS=no-sodium)
	@scripts/setup.sh options
	@scripts/options.sh $(ROWS)

sim: ## play clients and the server in a simulated world (SEEDS=100000; SEED=k: one, with its transcript)
	@scripts/setup.sh test
	@cmake --preset default -DPUSHER_WERROR=$(WERROR) --log-level=WARNING
	@cmake --build --preset default -j $(JOBS) --target sim
	@build/bin/sim $(if $(REPLAY),--replay $(REPLAY),$(if $(SEED),--seed $(SEED),--seeds $(SEEDS) --from $(FROM) --jobs $(JOBS)))

sim-plants: ## show that the simulator finds bugs which are planted
	@scripts/setup.sh test
	@cmake --preset default -DPUSHER_WERROR=$(WERROR) --log-level=WARNING
	@cmake --build --preset default -j $(JOBS) --target sim_planted
	@build/bin/sim_planted --plants --seeds 10000 --jobs $(JOBS)

soak: ## keep the programs in trouble for a while (MIN=3 minutes for each kind of it; SOAK=crowd: only that)
	@scripts/setup.sh test
	@MIN=$(MIN) scripts/soak.sh $(SOAK)

analyze: ## clang-tidy, cppcheck and gcc's analyzer
	@scripts/setup.sh analyze
	@scripts/analyze.sh

valgrind: ## the unit tests and the command under valgrind
	@scripts/setup.sh valgrind
	@scripts/valgrind.sh

coverage: ## which lines the unit tests reach, folder by folder
	@scripts/setup.sh coverage
	@scripts/coverage.sh

torture: ## let each system call fail that client and server make
	@scripts/setup.sh test
	@scripts/torture.sh

bench: ## measure, beside other people's programs; a table, and build/bench/index.html (BENCH=client_ingest: only that)
	@scripts/setup.sh bench
	@scripts/bench.sh

fuzz: ## run each fuzz target for a while (TIME=30 seconds each)
	@scripts/setup.sh test
	@scripts/fuzz.sh

docs: ## manual pages (build/man), tables in docs/, the API reference (build/reference)
	@scripts/setup.sh docs
	@cmake --preset default --log-level=WARNING
	@cmake --build --preset default -j $(JOBS) --target docs

format: ## lay out all C files by .clang-format
	@scripts/setup.sh format
	@git ls-files -z '*.c' '*.h' | xargs -0 clang-format -i

install: all ## install below PREFIX (default /usr/local), or DESTDIR
	@cmake --install build

clean: ## remove everything that was built (node_modules stay)
	@rm -rf build dist build-asan build-bench build-clang build-tsan build-msan build-fuzz build-werror build-cross \
		build-options-* build-analyze build-coverage

help: ## this list
	@sed -n 's/^\([a-z-]*\):.* ## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12
