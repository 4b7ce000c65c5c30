#!/bin/sh
# lint.sh - clang-tidy and cppcheck over every source; clean means no output.
# Arguments: defines, includes.
set -u
cd "$(dirname "$0")/../.." || exit 1
defines=$1 includes=$2
status=0
sources=$(find sim policies traces reports -name '*.c' | sort)
[ -n "$sources" ] || exit 0
for tool in clang-tidy cppcheck; do
    command -v $tool >/dev/null 2>&1 || { echo "lint: no $tool found; install it to lint" >&2; exit 1; }
done
# shellcheck disable=SC2086
eval clang-tidy --quiet $sources -- -std=c11 $defines $includes 2>build/lint.log || status=1
grep -v 'warnings generated\|Suppressed\|Use -header-filter' build/lint.log
# shellcheck disable=SC2086
eval cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr \
    --suppress=missingIncludeSystem --suppressions-list=tests/lint/cppcheck.txt \
    --error-exitcode=1 $defines $includes $sources || status=1
exit $status
