#!/bin/sh
# deps.sh - install the Debian packages Berth is built and tested with; silent when all are there.
set -u
packages="libgsl-dev libcsv-dev libcjson-dev zlib1g-dev libcmocka-dev valgrind gnuplot-nox fonts-dejavu-core"

if ! command -v dpkg-query >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1; then
    missing=
    for h in gsl/gsl_rng.h csv.h cjson/cJSON.h zlib.h; do
        echo "#include <$h>" | "${CC:-gcc}" -E -x c - >/dev/null 2>&1 || missing="$missing <$h>"
    done
    printf '#include <stdarg.h>\n#include <stddef.h>\n#include <setjmp.h>\n#include <stdint.h>\n#include <cmocka.h>\n' |
        "${CC:-gcc}" -E -x c - >/dev/null 2>&1 || missing="$missing <cmocka.h>"
    command -v gnuplot >/dev/null 2>&1 || echo "deps: no gnuplot found; plots will be left out" >&2
    [ -z "$missing" ] && exit 0
    echo "deps: this is not a Debian system, and these headers are missing:$missing" >&2
    echo "deps: install GSL, libcsv, cJSON, zlib and cmocka with your package manager" \
         "(Debian names: $packages)" >&2
    exit 1
fi

missing=
for p in $packages; do
    case $(dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null) in
        installed) ;;
        *) missing="$missing $p" ;;
    esac
done
[ -z "$missing" ] && exit 0

root=
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        echo "deps: missing packages:$missing" >&2
        echo "deps: run as root: apt-get install$missing" >&2
        exit 1
    fi
    root=sudo
fi
echo "deps: installing$missing"
# Some mirrors are slow to answer; a second try costs little.
$root apt-get -q update || $root apt-get -q update || exit 1
# shellcheck disable=SC2086
$root env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends $missing
