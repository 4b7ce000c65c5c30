#!/bin/sh
# lint.sh - clang-tidy and cppcheck over every source; clean means no output.
# Argument: the build folder that holds gen/.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=$1
version="-DBERTH_VERSION=\"$(cat VERSION)\""
status=0
sources=$(find sim policies traces reports -name '*.c' | sort)
[ -n "$sources" ] || exit 0
for tool in clang-tidy cppcheck; do
    command -v $tool >/dev/null 2>&1 || { echo "lint: no $tool found; install it to lint" >&2; exit 1; }
done
# shellcheck disable=SC2086
echo $sources | tr ' ' '\n' |
    xargs -P "$(nproc)" -n 8 sh -c 'v=$1 b=$2; shift 2
        clang-tidy --quiet "$@" -- -std=c11 -D_POSIX_C_SOURCE=200809L "$v" -Isim "-I$b" 2>/dev/null' \
        lint "$version" "$build" || status=1
# shellcheck disable=SC2086
cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr \
    --suppress=missingIncludeSystem --suppressions-list=tests/lint/cppcheck.txt --error-exitcode=1 \
    -D_POSIX_C_SOURCE=200809L "$version" -Isim "-I$build" $sources || status=1
exit $status
