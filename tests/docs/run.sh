#!/bin/sh
# run.sh - the documents do not lie: commands in README.md and docs/*.md are run and their output
# is compared.
#
# A fenced block that opens with ```console run is executed line by line from the repository top:
# a line "$ command" is run by sh with `berth` found in the build, and the lines up to the next
# "$ " must be its standard output and error output together. A line of only "..." stands for any
# number of lines. A block that opens with ```console quiet is run and only its status is checked;
# plain ```console blocks are not run. A document that says <!-- run in a fresh folder --> has its
# commands run there, one after another, with traces/ and scenarios/ in reach; its ```diff blocks are
# applied to the files in it. --update records the outputs anew; a block with "..." keeps
# as many lines before and after it as it had. The last line is "passed failed skipped" in numbers.
set -u
cd "$(dirname "$0")/../.." || exit 1
update=
[ "${1:-}" = --update ] && update=1
BERTH=${BERTH:-build/release/berth}
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/bin"
ln -s "$(pwd)/$BERTH" "$scratch/bin/berth"
PATH=$scratch/bin:$PATH
export PATH NO_COLOR=1 LC_ALL=C TZ=UTC
unset BERTH BERTH_CATALOG BERTH_INCLUDE GITHUB_ACTIONS MAKEFLAGS MFLAGS MAKELEVEL
passed=0 failed=0

match() {       # wanted, got: equal but for lines "..." of wanted
    awk -v got="$2" '
    BEGIN { while ((getline line < got) > 0) g[++n] = line }
    { w[++m] = $0 }
    # fit(i, j): do lines i.. of w describe lines j.. of g?
    function fit(i, j,    k) {
        for (; i <= m; i++) {
            if (w[i] == "...") {
                for (k = j; k <= n + 1; k++) if (fit(i + 1, k)) return 1
                return 0
            }
            if (j > n || w[i] != g[j]) return 0
            j++
        }
        return j == n + 1
    }
    END { exit !fit(1, 1) }' "$1"
}

execute() {     # the command, or the change in $scratch/want
    if [ "$kind" = diff ]; then (cd "$where" && git apply --whitespace=nowarn "$scratch/want")
    else (cd "$where" && sh -c "$command")
    fi >"$scratch/got" 2>&1 </dev/null
}

run_one() {     # uses file, line, kind, command and $scratch/want
    execute
    rc=$?
    if [ "$kind" != run ] && [ $rc -eq 0 ]; then passed=$((passed + 1)); return; fi
    if [ "$kind" = run ] && match "$scratch/want" "$scratch/got"; then passed=$((passed + 1)); return; fi
    failed=$((failed + 1))
    echo "$file:$line: documented command FAILED (status $rc): $command"
    diff -u --label "$file" --label now "$scratch/want" "$scratch/got" | head -n 40 | sed 's/^/    /'
}

renew() {       # case: what its block should say now, into case.new
    execute
    if grep -qx '\.\.\.' "$scratch/want"; then
        head -n "$(($(grep -nx '\.\.\.' "$scratch/want" | head -n 1 | cut -d: -f1) - 1))" "$scratch/got"
        echo ...
        tail -n "$(sed '1,/^\.\.\.$/d' "$scratch/want" | wc -l)" "$scratch/got"
    else
        cat "$scratch/got"
    fi >"$1.new"
}

for file in README.md docs/*.md scenarios/README.md traces/README.md; do
    [ -f "$file" ] || continue
    where=.
    diffs=0
    if grep -q '^<!-- run in a fresh folder -->$' "$file"; then
        where=$(mktemp -d "$scratch/work.XXXX") diffs=1
        ln -s "$(pwd)/traces" "$(pwd)/scenarios" "$where"
    fi
    # One record per command: kind, line, command, then its wanted output, in files.
    rm -f "$scratch"/case.*
    awk -v to="$scratch/case" -v diffs=$diffs '
    /^```/ { if (kind != "") { kind = ""; next }
             if ($0 ~ /^```console +(run|quiet) *$/) kind = $2
             if (diffs && $0 ~ /^```diff *$/) {
                 kind = "diff"; n++; name = sprintf("%s.%04d", to, n)
                 print kind > name; print NR > name; print "the change" > name
             }
             next }
    kind == "" { next }
    kind == "diff" { print > name; next }
    /^\$ / { n++; name = sprintf("%s.%04d", to, n)
             print kind > name; print NR > name; print substr($0, 3) > name; next }
    n > 0 { print > name }' "$file"
    for c in "$scratch"/case.*; do
        [ -f "$c" ] || continue
        kind=$(sed -n 1p "$c") line=$(sed -n 2p "$c") command=$(sed -n 3p "$c")
        sed 1,3d "$c" >"$scratch/want"
        if [ -z "$update" ]; then run_one
        elif [ "$kind" = run ]; then renew "$c"
        else execute; cp "$scratch/want" "$c.new"; fi
    done
    if [ -n "$update" ]; then
        awk -v to="$scratch/case" -v diffs=$diffs '
        /^```/ { if (kind != "") { kind = ""; print; next }
                 if ($0 ~ /^```console +(run|quiet) *$/) kind = $2
                 if (diffs && $0 ~ /^```diff *$/) n++
                 print; next }
        kind == "" { print; next }
        /^\$ / { print; n++; name = sprintf("%s.%04d.new", to, n)
                 while ((getline line < name) > 0) print line
                 next }' "$file" >"$scratch/file" && cp "$scratch/file" "$file"
        passed=$((passed + $(find "$scratch" -name 'case.*.new' | wc -l)))
    fi
done
printf '%-44s %d passed\n' "documented commands" "$passed"
echo "$passed $failed 0"
[ "$failed" -eq 0 ]
