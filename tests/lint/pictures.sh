#!/bin/sh
# pictures.sh - say where the pictures of a run are.
set -u
n=$(find "$1/plots" -name '*.png' 2>/dev/null | wc -l)
if [ "$n" -gt 0 ]; then
    echo
    echo "$n pictures, as PNG and SVG, are in $1/plots/:"
    find "$1/plots" -name '*.png' | sort | sed 's/^/  /'
else
    echo
    echo "No pictures were drawn (is gnuplot installed?); the tables are in $1/."
fi
