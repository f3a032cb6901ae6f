# make        shows the targets
# make run    builds nsrun and shows it at work, in a private world
# make test   installs what the tests need, and runs them all
# make fuzz   runs every fuzz target for FUZZ_SECONDS seconds

PREFIX ?= /usr/local
DESTDIR ?=
CARGO ?= cargo

FUZZ_SECONDS ?= 60

TARGET_DIR := $(or $(CARGO_TARGET_DIR),target)
BINARY := $(TARGET_DIR)/release/nsrun

.DEFAULT_GOAL := help
.PHONY: help build run test test-vm chaos fuzz lint bench bench-codec bench-ip bench-ports size install
.PHONY: uninstall deb generate msrv clean

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1|\2/p' Makefile | \
	    while IFS='|' read -r target text; do printf '  %-14s %s\n' "$$target" "$$text"; done

build: ## build the static release binary
	@CARGO="$(CARGO)" sh packaging/release.sh "$(TARGET_DIR)"

run: build ## build, then show the main job in a private world; nothing on this machine changes
	@bash tests/demo/run.sh "$(BINARY)"

# TEST_FLAGS="--release --target x86_64-unknown-linux-musl": what make build builds.
test: ## install what the tests need (apt), then run them all
	@bash tests/test.sh $(TEST_FLAGS)

test-vm: build ## boot a bare machine with Debian's kernel (qemu), or KERNEL= MODULES=, and check nsrun there
	@KINDS=$$(CARGO="$(CARGO)" bash tests/vm/kinds.sh) bash tests/vm/run.sh "$(BINARY)"

# CHAOS="kill error": these parts only. CHAOS_EACH=5: one point of 5.
chaos: ## kill, refuse, race and crowd every command (root; CHAOS_EACH=4: half an hour): docs/reliability.md
	@CARGO="$(CARGO)" bash tests/chaos/run.sh $(CHAOS)

fuzz: ## run every fuzz target for FUZZ_SECONDS (60) seconds: needs g++
	@bash nl/fuzz/run.sh $(FUZZ_SECONDS)

lint: ## formatting, clippy, documentation and the rules of the layers
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings
	$(CARGO) clippy -p nl --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --locked
	$(CARGO) test --quiet --locked --test layers
	@bash tests/lint/no_std.sh
	@CARGO="$(CARGO)" bash tests/lint/package.sh

bench-codec: ## measure nl beside its rivals (valgrind, libmnl-dev): docs/codec.{md,json,svg}
	@benches/codec

bench: build ## measure launches beside a floor program and peers (root): docs/launch.{md,json,svg}
	@benches/launch/bench "$(BINARY)"

bench-ip: build ## measure "nsrun ip" beside iproute2 and busybox (root): docs/ip.md
	@benches/ip "$(BINARY)"

bench-ports: build ## measure published ports (root, nftables): docs/ports.{md,json}
	@benches/ports/bench "$(BINARY)"

size: build ## what takes the room in the release binary: by section, crate and part of nsrun
	@CARGO="$(CARGO)" python3 packaging/size.py "$(BINARY)" "$(TARGET_DIR)/size"

# Without "build": root may have no cargo.
install: ## install to DESTDIR and PREFIX (default /usr/local), after make build
	@test -x "$(BINARY)" || $(MAKE) build
	@sh packaging/install.sh "$(BINARY)" "$(DESTDIR)" "$(PREFIX)"

uninstall: ## remove what make install has put to DESTDIR and PREFIX
	@sh packaging/install.sh --remove "$(DESTDIR)" "$(PREFIX)"

deb: ## make a Debian package of the release binary, in $(TARGET_DIR)
	@test -x "$(BINARY)" || $(MAKE) build
	@sh packaging/deb.sh "$(BINARY)" "$(TARGET_DIR)"

generate: ## print man pages and completions anew, after a change of the command line
	$(CARGO) build --locked
	sh packaging/generate.sh "$(TARGET_DIR)/debug/nsrun"

msrv: ## build with the oldest Rust that Cargo.toml names (rustup fetches it)
	@sh packaging/msrv.sh "$(TARGET_DIR)/msrv"

clean: ## remove everything that was built
	$(CARGO) clean
