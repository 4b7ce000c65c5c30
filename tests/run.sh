#!/bin/sh
# run.sh - run every test and end with the line "N passed, N failed, N skipped".
#
# Without arguments: all suites on the release flavour, then unit tests, fuzz corpus and golden
# tests again on the asan flavour. With --flavour F: all suites on F only. Programs must be
# built. Everything runs from the repository top.
set -u
cd "$(dirname "$0")/.." || exit 1
only=
[ "${1:-}" = --flavour ] && only=$2
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
tally=$scratch/tally log_of_step=$scratch/step
: >"$tally"

note() {        # passed failed skipped
    echo "$1 $2 $3" >>"$tally"
}

step() {        # name, command...: one test that is a whole command
    name=$1; shift
    if "$@" >"$log_of_step" 2>&1; then
        note 1 0 0; printf '%-44s ok\n' "$name"
    else
        note 0 1 0; printf '%-44s FAILED\n' "$name"; sed 's/^/    /' "$log_of_step"
    fi
}

program() {     # one cmocka program, or any program: 0 passed, 77 skipped
    log=$scratch/log
    CMOCKA_MESSAGE_OUTPUT=STDOUT "$1" >"$log" 2>&1
    rc=$?
    if grep -q '^\[==========\] Running' "$log"; then
        set -- "$1" $(awk '
            /^\[       OK \]/ {p++} /^\[  SKIPPED \] [^0-9]/ && !/test\(s\)/ {s++}
            /^\[  FAILED  \] [^0-9]/ && !/test\(s\)/ {f[$0] = 1}
            END {n = 0; for (k in f) n++; print p + 0, n, s + 0}' "$log")
        [ $rc -ne 0 ] && [ "$3" -eq 0 ] && set -- "$1" "$2" 1 "$4"
    elif [ $rc -eq 0 ]; then set -- "$1" 1 0 0
    elif [ $rc -eq 77 ]; then set -- "$1" 0 0 1
    else set -- "$1" 0 1 0; fi
    note "$2" "$3" "$4"
    if [ $rc -ne 0 ] && [ $rc -ne 77 ]; then
        printf '%-44s FAILED (status %d)\n' "${1#build/}" $rc
        grep -v '^\[ *\(RUN\|OK\) *\]' "$log" | tail -n 60 | sed 's/^/    /'
    else
        printf '%-44s %d passed%s\n' "${1#build/}" "$2" "$([ "$4" -gt 0 ] && echo ", $4 skipped")"
        grep '^SKIP' "$log" | sort -u | sed 's/^/    /'
    fi
}

programs() {    # flavour folder: every test program in it whose source still exists
    for s in tests/$2/test_*.c; do
        [ -f "$s" ] && program "build/$1/test/$2/$(basename "$s" .c)"
    done
}

corpus() {      # flavour: replay the stored inputs of every fuzz driver
    for s in tests/fuzz/fuzz_*.c; do
        [ -f "$s" ] || continue
        driver=$(basename "$s" .c)
        step "$1 corpus of $driver" "build/$1/test/fuzz/$driver" "tests/fuzz/corpus/$driver"
    done
}

scripts() {     # flavour, runner: golden or docs, areas
    runner_flavour=$1 runner=$2
    shift 2
    BERTH=build/$runner_flavour/berth sh "$runner" "$@" >"$log_of_step" 2>&1
    grep -v '^[0-9]* [0-9]* [0-9]*$' "$log_of_step"
    set -- $(grep '^[0-9]* [0-9]* [0-9]*$' "$log_of_step" | tail -n 1)
    if [ $# -eq 3 ]; then note "$1" "$2" "$3"; else note 0 1 0; fi
}

finish() {      # the last line, and the status
    awk '{p += $1; f += $2; s += $3}
         END {printf "%d passed, %d failed, %d skipped\n", p, f, s; exit (f > 0)}' "$tally"
    exit
}

flavour=${only:-release}
TSAN_OPTIONS="suppressions=$(pwd)/tests/lint/tsan.txt${TSAN_OPTIONS:+:$TSAN_OPTIONS}"
export TSAN_OPTIONS

# The thread sanitizer has something to say only where there are threads.
if [ "$flavour" = tsan ]; then
    for s in $(grep -lE 'replicate|pthread|interrupt' tests/unit/*.c tests/property/*.c); do
        s=${s#tests/}
        program "build/tsan/test/${s%.c}"
    done
    scripts tsan tests/golden/run.sh run determinism input
    finish
fi
step "layers" sh tests/lint/layers.sh
step "symbols" sh tests/lint/symbols.sh "build/$flavour"
programs "$flavour" libsched
programs "$flavour" unit
programs "$flavour" property
programs "$flavour" exact
corpus "$flavour"
scripts "$flavour" tests/golden/run.sh
[ "$flavour" = release ] && scripts "$flavour" tests/docs/run.sh
if [ -z "$only" ]; then
    programs asan libsched
    programs asan unit
    corpus asan
    scripts asan tests/golden/run.sh
    step "install and uninstall" make check-install
fi

finish
