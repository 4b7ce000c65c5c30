#!/bin/sh
# install.sh - what is installed, in one place: install, uninstall, or check that the second undoes
# the first. Arguments: verb, prefix (DESTDIR included), build folder.
set -u
cd "$(dirname "$0")/../.." || exit 1
verb=$1 prefix=$2 build=$3

files() {       # mode, source, place below the prefix
    echo "755 $build/berth bin/berth"
    for f in scenarios/catalog/*.json; do [ -f "$f" ] && echo "644 $f share/berth/${f}"; done
    for f in scenarios/*.json; do [ -f "$f" ] && echo "644 $f share/berth/$f"; done
    find traces/samples scenarios -type f ! -path 'scenarios/catalog/*' ! -name '*.json' ! -name '*.md' \
        2>/dev/null | sort | sed 's,.*,644 & share/berth/&,'
    find traces/samples scenarios -mindepth 1 -name '*.json' -type f ! -path 'scenarios/catalog/*' \
        ! -path 'scenarios/*.json' 2>/dev/null | sort | sed 's,.*,644 & share/berth/&,'
    # The contract of outside policies, alone.
    echo "644 sim/abi/berth_policy.h include/berth_policy.h"
    # The parts of policies inside the tree and every header they need.
    if [ -f sim/sched/policy.h ]; then
        "${CC:-gcc}" -MM -Isim -I"$build" sim/sched/policy.h | tr ' \\' '\n\n' | grep '^sim/' | sort -u |
            sed 's,^sim/\(.*\),644 sim/\1 include/berth/\1,'
    fi
    [ -f docs/berth.1 ] && echo "644 docs/berth.1 share/man/man1/berth.1"
}

do_install() {
    files | while read -r mode from to; do
        mkdir -p "$prefix/$(dirname "$to")" && cp "$from" "$prefix/$to" && chmod "$mode" "$prefix/$to" || exit 1
    done && echo "installed $(files | wc -l) files under $prefix"
}

do_uninstall() {
    files | while read -r _ _ to; do
        rm -f "$prefix/$to"
        (cd "$prefix" && rmdir -p "$(dirname "$to")") 2>/dev/null
    done
    return 0
}

case $verb in
install) do_install ;;
uninstall) do_uninstall ;;
check)
    rm -rf "$prefix"
    mkdir -p "$prefix"
    : >"$prefix/keep"           # a stranger's file must survive
    do_install || exit 1
    (cd / && "$OLDPWD/$prefix/bin/berth" version >/dev/null) || { echo "the installed program does not run"; exit 1; }
    (cd / && "$OLDPWD/$prefix/bin/berth" catalog >/dev/null) || { echo "the installed program finds no catalogue"; exit 1; }
    echo '#include <berth_policy.h>' | "${CC:-gcc}" -std=c11 -Wall -Wextra -Wpedantic -Werror -I"$prefix/include" \
        -fsyntax-only -x c - || { echo "the installed berth_policy.h does not compile alone"; exit 1; }
    do_uninstall
    left=$(find "$prefix" -mindepth 1 ! -name keep)
    [ -f "$prefix/keep" ] || { echo "uninstall removed a file that is not ours"; exit 1; }
    [ -z "$left" ] || { echo "uninstall left:"; echo "$left"; exit 1; }
    echo "uninstall leaves nothing" ;;
esac
