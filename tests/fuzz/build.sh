#!/bin/sh
# build.sh - build every fuzz driver with libFuzzer into build/fuzz; clang is needed.
# Arguments: clang, defines, libraries.
set -u
cd "$(dirname "$0")/../.." || exit 1
clang=$1 defines=$2 libs=$3
command -v "$clang" >/dev/null 2>&1 || { echo "fuzz: no '$clang' found; install clang to fuzz" >&2; exit 1; }
make build/release/gen/policies.def build/release/gen/traces.def build/release/gen/reports.def || exit 1
mkdir -p build/fuzz
sources=$(find sim policies traces reports -name '*.c' ! -path 'sim/cli/*' | sort)
for driver in tests/fuzz/fuzz_*.c; do
    [ -f "$driver" ] || continue
    out=build/fuzz/$(basename "$driver" .c)
    echo "  fuzz   $out"
    # shellcheck disable=SC2086
    eval "$clang" -std=c11 $defines -Isim -Itests -Ibuild/release -O1 -g -fopenmp=libgomp \
        -Wno-unused-command-line-argument -fsanitize=fuzzer,address,undefined -o "$out" \
        "$driver" $sources $libs || exit 1
done
echo "run one: build/fuzz/<driver> -max_total_time=60 tests/fuzz/corpus/<driver>"
