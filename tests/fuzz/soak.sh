#!/bin/sh
# soak.sh - fuzz every driver for so many seconds from a copy of its corpus; inputs that fail are
# kept in build/fuzz/found. Argument: seconds.
set -u
cd "$(dirname "$0")/../.." || exit 1
seconds=${1:-60}
found=build/fuzz/found
status=0
mkdir -p $found
for source in tests/fuzz/fuzz_*.c; do
    driver=$(basename "$source" .c)
    corpus=$(mktemp -d) || exit 1
    cp tests/fuzz/corpus/"$driver"/* "$corpus" 2>/dev/null
    if build/fuzz/test/fuzz/"$driver" -max_total_time="$seconds" -max_len=8192 -rss_limit_mb=2048 \
        -artifact_prefix=$found/"$driver"- "$corpus" >$found/"$driver".log 2>&1; then
        printf '%-28s %s\n' "$driver" "$(grep -a 'Done ' $found/"$driver".log | tail -n 1)"
    else
        printf '%-28s FAILED, see %s\n' "$driver" "$found/$driver.log"
        status=1
    fi
    rm -rf "$corpus"
done
exit $status
