# SPDX-License-Identifier: MIT
#
#   make                 build/release/{gigaprovd,gigaprovctl,ap-client,gigaprov-sim}
#   make run             a demo fleet and its daemon on loopback, in the foreground
#   make check           install the test tools, build with sanitizers, run every test
#   make unit            unit tests only          make functional   tests of the real binary
#   make golden          compare documents with the golden files
#   make golden-update   rewrite the golden files; the diff is the review
#   make rollout         firmware for 10,000 phones, with kills (ROLLOUT_DEVICES=10000)
#   make corpora         what fuzzing has found, replayed as tests
#   make bench           figures side by side with nginx and Python (BENCH=--quick: a try)
#   make lint            format, layers, headers, tables, SQL, clang-tidy, cppcheck
#   make fuzz            a minute of fuzzing      make valgrind     unit tests under valgrind
#   make wpi-messages    a million broken messages of desk phones (MESSAGES=, SEED=)
#   make deps            install what the build needs (deps-test: and the tests), with apt-get
#   make install         below DESTDIR/PREFIX     make clean
#
#   DEVELOPER=1 (warnings are errors)  SANITIZE=address,undefined  COVERAGE=1  CC=clang  V=1
#   FUZZ_SECONDS=60 (over all targets)  PYTEST="-k sentence"  DEPS=: (install nothing)

CC ?= cc
PREFIX ?= /usr/local
SBINDIR ?= $(PREFIX)/sbin
BINDIR ?= $(PREFIX)/bin
SYSCONFDIR ?= /etc
UNITDIR ?= /lib/systemd/system
SYSUSERSDIR ?= /usr/lib/sysusers.d
PYTHON ?= /usr/bin/python3
# Daemons under test wait for most of their time.
TEST_JOBS ?= $(shell expr $$(nproc) + 2)
DEPS ?= sh etc/deps.sh
FUZZ_SECONDS ?= 60
MESSAGES ?= 1000000
SEED ?= 1
VALGRIND ?= valgrind --quiet --error-exitcode=99 --leak-check=full --show-leak-kinds=definite \
	--errors-for-leak-kinds=definite

ifdef SANITIZE
VARIANT ?= $(subst $(comma),-,$(SANITIZE))
endif
ifdef COVERAGE
VARIANT ?= coverage
endif
VARIANT ?= release
comma := ,
B := build/$(VARIANT)

PACKAGES := libmicrohttpd libxml-2.0 sqlite3 libcurl libsystemd talloc inih jansson libsodium \
	nettle gnutls libosip2

# These install first, or need no libraries, and build by calling make again.
SELF_SUFFICIENT := deps deps-test clean run check lint lint-text fuzz wpi-messages valgrind bench
ifneq ($(filter-out $(SELF_SUFFICIENT),$(or $(MAKECMDGOALS),all)),)
LIBRARIES := $(shell pkg-config --cflags $(PACKAGES) 2>&1 && xmlrpc-c-config client --cflags 2>&1)
ifneq ($(.SHELLSTATUS),0)
$(info $(LIBRARIES))
$(info $(shell sh etc/deps.sh --missing build))
$(error libraries are missing: `make deps` installs them)
endif
PACKAGE_CFLAGS := $(LIBRARIES)
LIBS := $(shell pkg-config --libs $(PACKAGES) && xmlrpc-c-config client --libs) -lm -pthread
endif

WARNINGS := -Wall -Wextra -Wshadow -Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes \
	-Wwrite-strings -Wundef -Wvla -Wformat=2 -Wno-missing-field-initializers
ifneq ($(findstring clang,$(CC)),)
# A long string in a row of a table is in pieces.
WARNINGS += -Wno-string-concatenation
endif
ALL_CFLAGS = -std=gnu2x -D_GNU_SOURCE -O2 -g -fno-omit-frame-pointer -fstack-protector-strong \
	-fPIE $(WARNINGS) -Iinclude -Isrc $(PACKAGE_CFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now
ifdef DEVELOPER
ALL_CFLAGS += -Werror
endif
ifdef SANITIZE
ALL_CFLAGS += -fsanitize=$(SANITIZE) -fno-sanitize-recover=all
ALL_LDFLAGS += -fsanitize=$(SANITIZE)
else
ALL_CFLAGS += -D_FORTIFY_SOURCE=2
endif
ifdef FUZZER
ALL_CFLAGS += -fsanitize=fuzzer-no-link
endif
ifdef COVERAGE
ALL_CFLAGS += --coverage -O0
ALL_LDFLAGS += --coverage
endif
ALL_CFLAGS += $(CPPFLAGS) $(CFLAGS)
ALL_LDFLAGS += $(LDFLAGS)

ifeq ($(V),1)
Q :=
else
Q := @
endif

MAINS := src/main.c src/ctl/main.c src/sim/main.c
SOURCES := $(filter-out $(MAINS),$(sort $(wildcard src/*.c src/*/*.c)))
OBJECTS := $(SOURCES:%.c=$(B)/%.o) $(B)/gen/assets.o
ARCHIVE := $(B)/libgigaprov.a
PROGRAMS := $(B)/gigaprovd $(B)/gigaprovctl $(B)/ap-client $(B)/gigaprov-sim
ASSETS := $(sort $(wildcard sql/*/*.sql sql/*/*/*.sql src/web/*))
UNIT_TESTS := $(patsubst tests/unit/%.c,$(B)/tests/%,$(sort $(wildcard tests/unit/*_test.c)))
FUZZ_TARGETS := $(patsubst tests/fuzz/%_fuzz.c,%,$(sort $(wildcard tests/fuzz/*_fuzz.c)))
FUZZERS := $(FUZZ_TARGETS:%=$(B)/fuzz/%)
REPLAYS := $(FUZZ_TARGETS:%=$(B)/replay/%)

# make again, on all cores unless somebody said how many.
AGAIN = $(MAKE) --no-print-directory
PARALLEL = $(AGAIN) $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))
SANITIZED = SANITIZE=$(or $(SANITIZE),address$(comma)undefined)

.PHONY: all run check unit unit-run functional rollout golden golden-update corpora bench lint \
	lint-text lint-tidy lint-cppcheck clang fuzz fuzz-run wpi-messages wpi-messages-run valgrind \
	valgrind-run install clean deps deps-test test-programs FORCE
.DELETE_ON_ERROR:

all: $(PROGRAMS)

# What everything depends on: rebuilt when the flags change.
$(B)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS)' | cmp -s - $@ || \
		echo '$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS)' > $@

$(B)/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	@echo "  CC      $<"
	$(Q)$(CC) $(ALL_CFLAGS) $(OWN_CFLAGS) -MMD -MP -c -o $@ $<

# Assets are put in as they are, followed by a NUL.
$(B)/gen/assets.c: $(ASSETS) src/base/embed.sh Makefile
	@mkdir -p $(@D)
	@echo "  GEN     $@"
	$(Q)sh src/base/embed.sh $(ASSETS) > $@

$(B)/gen/assets.o: $(B)/gen/assets.c $(ASSETS) $(B)/flags
	@echo "  CC      $<"
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(ARCHIVE): $(OBJECTS)
	@echo "  AR      $@"
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(B)/gigaprovd: $(B)/src/main.o $(ARCHIVE)
	@echo "  LD      $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $< $(ARCHIVE) $(LIBS)

$(B)/gigaprovctl: $(B)/src/ctl/main.o $(ARCHIVE)
	@echo "  LD      $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $< $(ARCHIVE) $(LIBS)

$(B)/gigaprov-sim: $(B)/src/sim/main.o $(ARCHIVE)
	@echo "  LD      $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $< $(ARCHIVE) $(LIBS)

$(B)/ap-client: $(B)/gigaprovctl
	$(Q)ln -sf gigaprovctl $@

# Tests and fuzz targets: objects as any other, so that a change elsewhere only links them anew.
$(B)/tests/%.o: private OWN_CFLAGS := -Itests/unit
$(UNIT_TESTS): $(B)/tests/%: $(B)/tests/unit/%.o $(ARCHIVE)
	@mkdir -p $(@D)
	@echo "  LD      $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $< $(or $(WHOLE),$(ARCHIVE)) $(LIBS) -lcmocka

# They look at every query of the program.
$(B)/tests/db_statement_test $(B)/tests/store_plan_test: private WHOLE := \
	-Wl,--whole-archive $(ARCHIVE) -Wl,--no-whole-archive

$(FUZZERS): $(B)/fuzz/%: $(B)/tests/fuzz/%_fuzz.o $(ARCHIVE)
	@mkdir -p $(@D)
	@echo "  LD      $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $< $(ARCHIVE) $(LIBS)

$(REPLAYS): $(B)/replay/%: $(B)/tests/fuzz/%_fuzz.o $(B)/tests/fuzz/replay.o $(ARCHIVE)
	@mkdir -p $(@D)
	@echo "  LD      $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(ARCHIVE) $(LIBS)

$(B)/tests/fuzz/wpi_messages: $(B)/tests/fuzz/wpi_messages.o $(ARCHIVE)
	@echo "  LD      $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $< $(ARCHIVE) $(LIBS)

test-programs: all $(UNIT_TESTS) $(REPLAYS)

deps:
	$(Q)$(DEPS) build

deps-test:
	$(Q)$(DEPS) build test

run:
	$(Q)$(DEPS) build demo
	$(Q)$(PARALLEL) all
	$(Q)sh etc/demo.sh $(B)

check: deps-test
	$(Q)$(PARALLEL) $(SANITIZED) test-programs
	$(Q)$(AGAIN) $(SANITIZED) unit
	$(Q)$(AGAIN) $(SANITIZED) golden
	$(Q)$(AGAIN) $(SANITIZED) corpora
	$(Q)$(AGAIN) $(SANITIZED) functional

# Each program on its own, so that make spreads them over the cores.
unit: $(filter-out %/golden_test,$(UNIT_TESTS))
	$(Q)$(PARALLEL) unit-run
unit-run: $(patsubst $(B)/tests/%,$(B)/ran/%,$(filter-out %/golden_test,$(UNIT_TESTS)))

$(B)/ran/%: $(B)/tests/% FORCE
	@mkdir -p $(@D)
	$(Q)$(RUNNER) $< > $@ 2>&1; status=$$?; { echo "  TEST    $<"; cat $@; }; exit $$status

golden: $(B)/tests/golden_test
	$(Q)$(RUNNER) $<

golden-update: $(B)/tests/golden_test $(B)/tests/fleet_large_test
	$(Q)for test in $^; do GOLDEN_UPDATE=1 $(RUNNER) $$test || exit 1; done

functional: all
	$(Q)BUILD=$(B) $(PYTHON) -B -m pytest -q -n $(TEST_JOBS) tests/functional $(PYTEST)

rollout: all
	$(Q)BUILD=$(B) $(PYTHON) -B -m pytest -q tests/functional/test_rollout.py $(PYTEST)

corpora: $(REPLAYS)
	$(Q)for t in $(FUZZ_TARGETS); do $(B)/replay/$$t tests/fuzz/corpus/$$t || exit 1; done

lint: deps-test lint-text
	$(Q)$(PARALLEL) lint-tidy
	$(Q)$(AGAIN) lint-cppcheck

lint-text:
	@echo "  LINT    clang-format"
	$(Q)find src include tests -name '*.[ch]' | xargs clang-format-14 --dry-run -Werror
	$(Q)status=0; for f in .ci/lint/*; do \
		[ -x $$f ] || continue; echo "  LINT    $$f"; $$f || status=1; done; exit $$status

# Each file on its own, so that make spreads them over the cores.  With the analyzer's usual
# 225,000 nodes for a function it takes twice the time.
lint-tidy: $(SOURCES:%.c=$(B)/tidy/%) $(MAINS:%.c=$(B)/tidy/%)
$(B)/tidy/%: %.c .clang-tidy FORCE
	@mkdir -p $(@D)
	@echo "  TIDY    $<"
	$(Q)clang-tidy --quiet $< -- $(ALL_CFLAGS) -Xclang -analyzer-config \
		-Xclang max-nodes=75000 2>$@ || { cat $@; exit 1; }

lint-cppcheck:
	@mkdir -p $(B)/cppcheck
	@echo "  CPPCHECK"
	$(Q)cppcheck --quiet -j $$(nproc) --cppcheck-build-dir=$(B)/cppcheck --std=c11 \
		--enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
		--suppressions-list=.ci/cppcheck.suppress -D_GNU_SOURCE -D__cppcheck__=1 -Iinclude -Isrc src

# gcc has no libFuzzer.
CLANG := VARIANT=fuzz CC=clang FUZZER=1
clang:
	$(Q)$(PARALLEL) $(SANITIZED) $(CLANG) test-programs
fuzz: deps-test
	$(Q)$(PARALLEL) $(SANITIZED) $(CLANG) fuzz-run

# Each on its own, so that make spreads them over the cores.
fuzz-run: $(FUZZ_TARGETS:%=fuzz-%)
$(FUZZ_TARGETS:%=fuzz-%): fuzz-%: $(B)/fuzz/%
	@echo "  FUZZ    $*"
	@mkdir -p $(B)/corpus/$* $(B)/found
	$(Q)$< -max_total_time=$$(($(FUZZ_SECONDS) / $(words $(FUZZ_TARGETS)) + 1)) \
		-timeout=20 -rss_limit_mb=4096 -verbosity=0 -print_final_stats=1 \
		-artifact_prefix=$(B)/found/$*- $(B)/corpus/$* tests/fuzz/corpus/$* \
		$$(seeds=tests/fuzz/$*_seeds; [ ! -x $$seeds ] || \
			{ $$seeds $(B)/seeds/$* && echo $(B)/seeds/$*; })

wpi-messages:
	$(Q)$(PARALLEL) $(SANITIZED) wpi-messages-run

wpi-messages-run: $(B)/tests/fuzz/wpi_messages
	$(Q)tests/fuzz/wpi_seeds | $< $(MESSAGES) $(SEED)

valgrind: deps-test
	$(Q)$(PARALLEL) valgrind-run

# What only computes, and for long here; the sanitizers have looked at it.
COMPUTING := window_zone property property_desk gate_property fleet_large read cert job \
	config_hostile formats zone
valgrind-run: $(patsubst $(B)/tests/%,$(B)/valgrind/%, \
	$(filter-out $(COMPUTING:%=$(B)/tests/%_test),$(UNIT_TESTS)))

$(B)/valgrind/%: $(B)/tests/% FORCE
	@mkdir -p $(@D)
	@echo "  MEMCHECK $<"
	$(Q)$(VALGRIND) $< > $@ 2>&1 || { cat $@; exit 1; }
	$(Q)grep -a '^\[  PASSED' $@

bench:
	$(Q)$(DEPS) build test bench
	$(Q)$(PARALLEL) all
	$(Q)BUILD=$(B) tests/bench/run $(BENCH)

install: all
	install -d $(addprefix $(DESTDIR),$(SBINDIR) $(BINDIR) $(SYSCONFDIR)/gigaprovd $(UNITDIR) \
		$(SYSUSERSDIR))
	install -m 755 $(B)/gigaprovd $(DESTDIR)$(SBINDIR)/gigaprovd
	install -m 755 $(B)/gigaprovctl $(DESTDIR)$(BINDIR)/gigaprovctl
	ln -sf gigaprovctl $(DESTDIR)$(BINDIR)/ap-client
	install -m 755 $(B)/gigaprov-sim $(DESTDIR)$(BINDIR)/gigaprov-sim
	[ -e $(DESTDIR)$(SYSCONFDIR)/gigaprovd/gigaprovd.ini ] || \
		install -m 644 etc/gigaprovd.ini $(DESTDIR)$(SYSCONFDIR)/gigaprovd/gigaprovd.ini
	sed 's|@SBINDIR@|$(SBINDIR)|g; s|@SYSCONFDIR@|$(SYSCONFDIR)|g' etc/gigaprovd.service.in \
		> $(DESTDIR)$(UNITDIR)/gigaprovd.service
	chmod 644 $(DESTDIR)$(UNITDIR)/gigaprovd.service
	install -m 644 etc/gigaprovd.sysusers $(DESTDIR)$(SYSUSERSDIR)/gigaprovd.conf

clean:
	rm -rf build

-include $(OBJECTS:.o=.d) $(MAINS:%.c=$(B)/%.d) \
	$(UNIT_TESTS:$(B)/tests/%=$(B)/tests/unit/%.d) $(FUZZ_TARGETS:%=$(B)/tests/fuzz/%_fuzz.d)
