# Makefile - the only build of Berth. `make help` lists the targets.
#
# Flavours live side by side in build/<flavour>. Every .c in policies/, traces/ and reports/ is
# one plug-in: the tables are derived from the sorted file lists. Tests, fuzz drivers and
# benchmarks are found the same way; a new file needs no edit here.

MAKEFLAGS += --no-builtin-rules --no-builtin-variables --no-print-directory
.DELETE_ON_ERROR:
.SUFFIXES:
.DEFAULT_GOAL := all

CC      := gcc
CLANG   ?= clang
AR      := ar
SHELL   := /bin/sh
FLAVOUR ?= release
PREFIX  ?= /usr/local
DESTDIR ?=
B       := build/$(FLAVOUR)
V       ?= 0
Q       := $(if $(filter 1,$(V)),,@)
say      = $(if $(filter 1,$(V)),,@printf '  %-6s %s\n' $(1) $(2);)
VERSION := $(shell cat VERSION)
CORES   := $(shell nproc 2>/dev/null || echo 2)
J        = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(CORES))

CFLAGS.release := -O2 -g
CFLAGS.debug   := -Og -g3 -DBERTH_DEBUG
CFLAGS.asan    := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
                  -fno-sanitize-recover=all -DBERTH_DEBUG
CFLAGS.tsan    := -O1 -g -fno-omit-frame-pointer -fsanitize=thread -DBERTH_DEBUG
CFLAGS.fuzz    := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all \
                  -DBERTH_DEBUG -Wno-error -Wno-everything
ifeq ($(origin CFLAGS.$(FLAVOUR)),undefined)
$(error unknown FLAVOUR '$(FLAVOUR)', expected release, debug, asan, tsan or fuzz)
endif

# Texts that do not fit their field are cut on purpose (base/diag.h), so gcc need not say so.
WARN     := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -Wno-format-truncation
DEFINES  := -D_POSIX_C_SOURCE=200809L -DBERTH_BUILT_IN -DBERTH_VERSION='"$(VERSION)"'
INCLUDES := -Isim -Itests -I$B
OPENMP   := -fopenmp
ALL_CFLAGS = -std=c11 $(WARN) $(DEFINES) $(INCLUDES) -ffp-contract=off $(OPENMP) \
             $(CFLAGS.$(FLAVOUR)) $(CFLAGS)
# What a policy needs to be compiled: the contract's folder and nothing else of Berth.
POLICY_CFLAGS = -std=c11 $(WARN) -DBERTH_BUILT_IN -Isim/abi -ffp-contract=off \
                $(CFLAGS.$(FLAVOUR)) $(CFLAGS)
LIBS     := -lgsl -lgslcblas -lcsv -lcjson -lz -ldl -lm

src   = $(sort $(wildcard $(addsuffix /*.c,$(1))))
obj   = $(patsubst %.c,$B/obj/%.o,$(1))
progs = $(patsubst tests/%.c,$B/test/%,$(sort $(wildcard tests/$(1))))

SCHED_SRC := $(call src,sim/base sim/cluster sim/sched policies)
SIM_SRC   := $(call src,sim/host sim/model sim/engine sim/ingest sim/metrics sim/experiment traces reports)
ifeq ($(FLAVOUR),fuzz)
# libFuzzer comes with clang, whose OpenMP is a package of its own: no driver needs threads.
CC        := $(CLANG)
OPENMP    :=
SIM_SRC   := $(filter-out sim/experiment/replicate.c sim/experiment/run.c,$(SIM_SRC))
endif
CLI_SRC   := $(filter-out sim/cli/main.c,$(call src,sim/cli))
LIB_SRC   := $(call src,tests/lib)
COMPAT_SRC := $(call src,tests/compat/*)
# A policy on the contract is a table of its own; it says so with BERTH_POLICY(name).
CONTRACT  := $(shell grep -l '^BERTH_POLICY' policies/*.c 2>/dev/null)
# What `berth policies new` writes, as lines of C.
STARTERS  := $(patsubst sim/cli/starter/%.txt,$B/gen/starter_%.def,$(sort $(wildcard sim/cli/starter/*.txt)))
TABLES    := $B/gen/policies.def $B/gen/contract_policies.def $B/gen/traces.def $B/gen/reports.def $(STARTERS)
ARCHIVES  := $B/libcli.a $B/libsim.a $B/libsched.a
TESTS     := $(call progs,unit/test_*.c) $(call progs,property/test_*.c) \
             $(call progs,exact/test_*.c)
CORE_TESTS := $(call progs,libsched/test_*.c)
FUZZ      := $(call progs,fuzz/fuzz_*.c)
BENCH     := $(call progs,bench/*.c)
C_FILES   := $(sort $(shell find sim policies traces reports tests -name '*.[ch]' 2>/dev/null))

all: $B/berth $(if $(filter release,$(FLAVOUR)),berth)  ## the program; ./berth is a link to it

berth: $B/berth
	$(Q)ln -sf $< $@

# Renamed when it is whole, so that a program in use is never half-written.
$B/berth: $B/obj/sim/cli/main.o $(ARCHIVES)
	$(call say,link,$@)$(CC) $(ALL_CFLAGS) -o $@.new $^ $(LIBS) && mv $@.new $@

$B/obj/%.o: %.c Makefile VERSION | $(TABLES)
	$(call say,cc,$<)mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

$B/obj/tests/compat/%.o: tests/compat/%.c Makefile
	$(call say,cc,$<)mkdir -p $(@D) && $(CC) $(POLICY_CFLAGS) -MMD -MP -c $< -o $@

# A plug-in table or a list of objects is rewritten only when it changes.
write_if_changed = mkdir -p $(@D) && t=$@.$$$$ && { $(1); } >$$t && \
    if cmp -s $$t $@; then rm $$t; else mv $$t $@; fi

table_of = for f in $(1); do basename $$f .c | sed 's/.*/X(&)/'; done
$B/gen/policies.def: FORCE
	@$(call write_if_changed,$(call table_of,$(filter-out $(CONTRACT),$(call src,policies))))
$B/gen/contract_policies.def: FORCE
	@$(call write_if_changed,$(call table_of,$(sort $(CONTRACT))))
$B/gen/starter_%.def: sim/cli/starter/%.txt
	@mkdir -p $(@D) && sed 's/[\\"]/\\&/g; s/\t/\\t/g; s/.*/"&\\n",/' $< >$@
$B/gen/%.def: FORCE
	@$(call write_if_changed,$(call table_of,$(call src,$*)))

$B/gen/libsched.list: FORCE
	@$(call write_if_changed,printf '%s\n' $(SCHED_SRC))
$B/gen/libsim.list: FORCE
	@$(call write_if_changed,printf '%s\n' $(SIM_SRC))
$B/gen/libcli.list: FORCE
	@$(call write_if_changed,printf '%s\n' $(CLI_SRC))
$B/gen/libtest.list: FORCE
	@$(call write_if_changed,printf '%s\n' $(LIB_SRC))
$B/gen/libcompat.list: FORCE
	@$(call write_if_changed,printf '%s\n' $(COMPAT_SRC))

$B/libsched.a: $(call obj,$(SCHED_SRC))
$B/libsim.a: $(call obj,$(SIM_SRC))
$B/libcli.a: $(call obj,$(CLI_SRC))
$B/libtest.a: $(call obj,$(LIB_SRC))
$B/libcompat.a: $(call obj,$(COMPAT_SRC))
$B/lib%.a: $B/gen/lib%.list
	$(call say,ar,$@)rm -f $@ && $(AR) rcPD $@ $(filter %.o,$^)

# --- tests ---

# tests/compat/<program>/*.c are policies that do what another simulator's do, quirks and all. They see
# only the contract; a test runs one with trial_config.own = &berth_policy_<name>.
$(TESTS): $B/test/%: $B/obj/tests/%.o $B/libtest.a $B/libcompat.a $(ARCHIVES)
	$(call say,link,$@)mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) -o $@ $^ $(LIBS) -lcmocka

# The core alone: if it ever reaches up, these do not link.
$(CORE_TESTS): $B/test/%: $B/obj/tests/%.o $B/libsched.a
	$(call say,link,$@)mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) -o $@ $^ $(LIBS) -lcmocka

ifeq ($(FLAVOUR),fuzz)
$(FUZZ): $B/test/%: $B/obj/tests/%.o $B/libsim.a $B/libsched.a
	$(call say,link,$@)mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) -fsanitize=fuzzer -o $@ $^ $(LIBS)
else
$(FUZZ): $B/test/%: $B/obj/tests/%.o $B/obj/tests/fuzz/replay_main.o $(ARCHIVES)
	$(call say,link,$@)mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) -o $@ $^ $(LIBS)
endif

$(BENCH): $B/test/%: $B/obj/tests/%.o $B/libtest.a $(ARCHIVES)
	$(call say,link,$@)mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) -o $@ $^ $(LIBS)

# Outside policies that break the contract: plain C against the installed header, as anybody builds them.
DOUBLES   := $(patsubst tests/policies/%.c,$B/policies/%.so,$(sort $(wildcard tests/policies/*.c)))
$B/include/berth_policy.h: sim/abi/berth_policy.h
	$(Q)mkdir -p $(@D) && cp $< $@
$B/policies/%.so: tests/policies/%.c tests/policies/double.h $B/include/berth_policy.h
	$(call say,cc,$<)mkdir -p $(@D) && $(CC) -std=c11 -O2 $(WARN) -fvisibility=hidden -fPIC -shared -I$B/include -o $@ $<

$B/policies/forgets.so: tests/policies/remembers.c

build-tests: all $(TESTS) $(CORE_TESTS) $(FUZZ) $(DOUBLES)  ## build every test of this FLAVOUR

deps:                               ## install missing Debian packages (says which)
	@sh tests/lint/deps.sh

demo: deps                          ## build, replay scenarios/hello.json, show a table and pictures
	@$(MAKE) $(J) all
	@./berth run scenarios/hello.json -o out/demo --force
	@sh tests/lint/pictures.sh out/demo

TRACES ?= public-traces
presets: all                        ## replay the public traces of folder TRACES under every preset
	@sh scenarios/presets/run.sh $B/berth '$(TRACES)'; rc=$$?; [ $$rc -eq 77 ] || exit $$rc

test: deps                          ## install what is missing, build, run every test
	@$(MAKE) check

check:                              ## the same without installing anything
	@$(MAKE) $(J) build-tests
	@$(MAKE) $(J) FLAVOUR=asan build-tests
	@sh tests/run.sh

check-asan: FLAVOUR_TESTS := asan   ## every test under the address and undefined-behaviour sanitizers
check-tsan: FLAVOUR_TESTS := tsan   ## the tests that use threads, under the thread sanitizer
check-debug: FLAVOUR_TESTS := debug ## every test with debug_check
check-asan check-tsan check-debug:
	@$(MAKE) $(J) FLAVOUR=$(FLAVOUR_TESTS) build-tests
	@sh tests/run.sh --flavour $(FLAVOUR_TESTS)

SOAK_SECONDS ?= 60
soak:                               ## the long checks: every flavour, then SOAK_SECONDS of fuzzing a driver
	@$(MAKE) check
	@$(MAKE) check-asan
	@$(MAKE) check-debug
	@$(MAKE) check-tsan
	@$(MAKE) fuzz
	@sh tests/fuzz/soak.sh $(SOAK_SECONDS)

golden-update: all                  ## record golden and documented outputs again; read the diff
	@sh tests/golden/run.sh --update
	@sh tests/docs/run.sh --update

bench: all $(BENCH)                 ## run the benchmarks of tests/bench
	@for b in $(BENCH); do echo "== $${b##*/}"; $$b || exit 1; done

fuzz-programs: $(FUZZ)
fuzz:                               ## build the fuzz drivers with libFuzzer; needs clang
	@command -v $(CLANG) >/dev/null || { echo "fuzz: no '$(CLANG)' found; install clang" >&2; exit 1; }
	@$(MAKE) $(J) FLAVOUR=fuzz fuzz-programs
	@echo "run one: build/fuzz/test/fuzz/<driver> -max_total_time=60 tests/fuzz/corpus/<driver>"

# --- the house's rules ---

layers:                             ## no include that sim/LAYERS does not allow
	@sh tests/lint/layers.sh

symbols: $(ARCHIVES)                ## every exported name begins with its file's name
	@sh tests/lint/symbols.sh $B

format:                             ## lay every source out with clang-format
	@clang-format -i $(C_FILES)
format-check:                       ## clang-format would change nothing
	@clang-format --dry-run -Werror $(C_FILES)

lint: $(TABLES)                     ## clang-tidy and cppcheck find nothing
	@sh tests/lint/lint.sh $B

# --- installing ---

install: all                        ## install under PREFIX (and DESTDIR)
	@CC=$(CC) sh tests/lint/install.sh install '$(DESTDIR)$(PREFIX)' $B
uninstall:                          ## remove what install put there
	@CC=$(CC) sh tests/lint/install.sh uninstall '$(DESTDIR)$(PREFIX)' $B
check-install: all                  ## prove that uninstall leaves nothing
	@CC=$(CC) sh tests/lint/install.sh check '$B/stage' $B

clean:                              ## remove every build output
	rm -rf build berth

help:                               ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## */  \1\t/p' Makefile | sort | expand -t 18

FORCE:
.PHONY: all build-tests deps demo presets test check check-asan check-tsan check-debug soak golden-update \
        bench fuzz fuzz-programs layers symbols format format-check lint install uninstall check-install clean help FORCE

-include $(shell find $B/obj -name '*.d' 2>/dev/null)
