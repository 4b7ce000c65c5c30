#!/bin/sh
# run.sh - golden tests: each tests/golden/<area>/<case>.sh is run from the repository top and its
# output, error output and status are compared with <case>.out, .err and .exit beside it.
#
# A missing .out or .err means empty, a missing .exit means 0. Cases see $BERTH (the program, an absolute path) and
# $T (a fresh folder, removed afterwards). A case that exits 77 is skipped; its error output says
# why. --update records anew. Other arguments name areas or single cases. The last line is
# "passed failed skipped" in numbers.
set -u
cd "$(dirname "$0")/../.." || exit 1
update=
[ "${1:-}" = --update ] && { update=1; shift; }
BERTH=$(pwd)/${BERTH:-build/release/berth}
export BERTH NO_COLOR=1 LC_ALL=C TZ=UTC
unset BERTH_CATALOG GITHUB_ACTIONS
# Flavours run beside each other; each has its own scratch folder.
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
passed=0 failed=0 skipped=0

record() {      # text file, golden file: no golden file for no text
    if [ -s "$1" ]; then cp "$1" "$2"; else rm -f "$2"; fi
}

for case in tests/golden/*/*.sh; do
    [ -f "$case" ] || continue
    stem=${case%.sh}
    name=${stem#tests/golden/}
    if [ $# -gt 0 ]; then
        wanted=
        for w in "$@"; do
            case $name in "$w" | "$w"/*) wanted=1 ;; esac
        done
        [ -n "$wanted" ] || continue
    fi
    T=$scratch/t
    rm -rf "$T"
    mkdir "$T"
    export T
    sh "$case" >"$scratch/out" 2>"$scratch/err" </dev/null
    echo $? >"$scratch/exit"
    if [ "$(cat "$scratch/exit")" = 77 ]; then
        skipped=$((skipped + 1))
        printf '    SKIP golden %s: %s\n' "$name" "$(head -n 1 "$scratch/err")"
        continue
    fi
    if [ -n "$update" ]; then
        record "$scratch/out" "$stem.out"
        record "$scratch/err" "$stem.err"
        echo 0 >"$scratch/zero"
        if cmp -s "$scratch/exit" "$scratch/zero"; then rm -f "$stem.exit"
        else cp "$scratch/exit" "$stem.exit"; fi
        passed=$((passed + 1))
        continue
    fi
    bad=
    for part in out err exit; do
        want=$stem.$part
        if [ ! -f "$want" ]; then
            want=$scratch/want
            if [ $part = exit ]; then echo 0 >"$want"; else : >"$want"; fi
        fi
        if ! cmp -s "$want" "$scratch/$part"; then
            [ -n "$bad" ] || echo "golden $name FAILED"
            bad=1
            diff -u --label "$stem.$part" --label "now" "$want" "$scratch/$part" | head -n 40 | sed 's/^/    /'
        fi
    done
    if [ -n "$bad" ]; then failed=$((failed + 1)); else passed=$((passed + 1)); fi
done
printf '%-44s %d passed\n' "golden (${BERTH#"$(pwd)"/})" "$passed"
echo "$passed $failed $skipped"
[ "$failed" -eq 0 ]
