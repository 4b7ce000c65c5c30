#!/bin/sh
# build.sh - build every fuzz driver with libFuzzer into build/fuzz; clang is needed.
# Arguments: clang, libraries.
set -u
cd "$(dirname "$0")/../.." || exit 1
clang=$1 libs=$2
version="-DBERTH_VERSION=\"$(cat VERSION)\""
command -v "$clang" >/dev/null 2>&1 || { echo "fuzz: no '$clang' found; install clang to fuzz" >&2; exit 1; }
make build/release/gen/policies.def build/release/gen/traces.def build/release/gen/reports.def || exit 1
mkdir -p build/fuzz
sources=$(find sim policies traces reports -name '*.c' ! -path 'sim/cli/*' | sort)
for driver in tests/fuzz/fuzz_*.c; do
    [ -f "$driver" ] || continue
    out=build/fuzz/$(basename "$driver" .c)
    echo "  fuzz   $out"
    # shellcheck disable=SC2086
    "$clang" -std=c11 -D_POSIX_C_SOURCE=200809L "$version" -Isim -Itests -Ibuild/release -O1 -g -Wno-unknown-pragmas \
        -Wno-unused-command-line-argument -fsanitize=fuzzer,address,undefined -o "$out" \
        "$driver" $sources $libs || exit 1
done
echo "run one: build/fuzz/<driver> -max_total_time=60 tests/fuzz/corpus/<driver>"
