# SPDX-License-Identifier: MIT
#
#   make                 build/release/{gigaprovd,gigaprovctl,ap-client}
#   make run             a demo fleet and its daemon on loopback, in the foreground
#   make check           install the test tools, build with sanitizers, run every test
#   make unit            unit tests only          make functional   tests of the real binary
#   make golden          compare documents with the golden files
#   make golden-update   rewrite the golden files; the diff is the review
#   make bench           figures side by side with nginx and Python
#   make lint            format, layers, headers, tables, SQL, clang-tidy, cppcheck
#   make fuzz            a minute of fuzzing      make valgrind     unit tests under valgrind
#   make install         below DESTDIR/PREFIX     make clean
#
#   DEVELOPER=1 (warnings are errors)  SANITIZE=address,undefined  COVERAGE=1  CC=clang  V=1

CC ?= cc
PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
UNITDIR ?= /lib/systemd/system
PYTHON ?= /usr/bin/python3

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
	nettle gnutls
LIBS = $(shell pkg-config --libs $(PACKAGES)) $(shell xmlrpc-c-config client --libs) \
	-lm -pthread

WARNINGS := -Wall -Wextra -Wshadow -Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes \
	-Wwrite-strings -Wundef -Wvla -Wformat=2 -Wno-missing-field-initializers
ALL_CFLAGS = -std=gnu2x -D_GNU_SOURCE -O2 -g -fno-omit-frame-pointer -fstack-protector-strong \
	-fPIE $(WARNINGS) -Iinclude -Isrc $(PACKAGE_CFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now
PACKAGE_CFLAGS = $(shell pkg-config --cflags $(PACKAGES)) $(shell xmlrpc-c-config client --cflags)
ifdef DEVELOPER
ALL_CFLAGS += -Werror
endif
ifdef SANITIZE
ALL_CFLAGS += -fsanitize=$(SANITIZE) -fno-sanitize-recover=all
ALL_LDFLAGS += -fsanitize=$(SANITIZE)
else
ALL_CFLAGS += -D_FORTIFY_SOURCE=2
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

MAINS := src/main.c src/ctl/main.c
SOURCES := $(filter-out $(MAINS),$(sort $(wildcard src/*.c src/*/*.c)))
OBJECTS := $(SOURCES:%.c=$(B)/%.o) $(B)/gen/assets.o
ARCHIVE := $(B)/libgigaprov.a
PROGRAMS := $(B)/gigaprovd $(B)/gigaprovctl $(B)/ap-client
ASSETS := $(sort $(wildcard sql/*/*.sql sql/*/*/*.sql src/web/*))
UNIT_TESTS := $(patsubst tests/unit/%.c,$(B)/tests/%,$(sort $(wildcard tests/unit/*_test.c)))

.PHONY: all run check unit functional golden golden-update bench lint fuzz valgrind install clean \
	deps deps-test FORCE
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
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

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

$(B)/ap-client: $(B)/gigaprovctl
	$(Q)ln -sf gigaprovctl $@

$(B)/tests/%: tests/unit/%.c $(ARCHIVE)
	@mkdir -p $(@D)
	@echo "  LD      $@"
	$(Q)$(CC) $(ALL_CFLAGS) -Itests/unit -MMD -MP -MF $@.d $(ALL_LDFLAGS) -o $@ $< \
		-Wl,--whole-archive $(ARCHIVE) -Wl,--no-whole-archive $(LIBS) -lcmocka

unit: $(UNIT_TESTS)
	$(Q)for t in $(UNIT_TESTS); do echo "  TEST    $$t"; $(RUNNER) $$t || exit 1; done

golden: $(B)/tests/golden_test
	$(Q)$(RUNNER) $<

golden-update: $(B)/tests/golden_test
	$(Q)GOLDEN_UPDATE=1 $(RUNNER) $<

clean:
	rm -rf build

-include $(OBJECTS:.o=.d) $(MAINS:%.c=$(B)/%.d) $(UNIT_TESTS:=.d)
