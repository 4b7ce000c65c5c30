#!/bin/sh
# symbols.sh - every exported name of an object begins with its file's name.
#
# Exceptions: the descriptor of a plug-in, and the lines of symbols.txt
# ("file prefix  # why").
set -u
build=${1:?build folder}
list=$(dirname "$0")/symbols.txt
for folder in sim/base sim/cluster sim/sched sim/host sim/model sim/engine sim/ingest sim/metrics \
              sim/experiment sim/cli policies traces reports; do
    for source in "$folder"/*.c; do
        object=$build/obj/${source%.c}.o
        [ -f "$source" ] && [ -f "$object" ] || continue
        nm -g --defined-only "$object" | awk -v file="$source" '$2 ~ /[A-Z]/ {print file, $3}'
    done
done |
awk -v list="$list" '
BEGIN {
    while ((getline line < list) > 0) {
        sub(/#.*/, "", line)
        if (split(line, w, " ") >= 2) extra[w[1]] = extra[w[1]] " " w[2]
    }
}
{
    stem = $1
    sub(/.*\//, "", stem)
    sub(/\.c$/, "", stem)
    if ($2 ~ /^__(asan|odr_asan|tsan|ubsan)/) next
    if (index($2, stem "_") == 1 || $2 == stem) next
    if ($1 ~ /^(policies|traces|reports)\// && $2 ~ ("^(policy|trace_format|report)_([a-z0-9_]*_)?" stem "$")) next
    n = split(extra[$1], w, " ")
    for (i = 1; i <= n; i++) if (index($2, w[i]) == 1) next
    printf "%s: error: exports \"%s\", expected a name that begins with \"%s_\"\n", $1, $2, stem
    bad++
}
END { exit (bad > 0) }'
