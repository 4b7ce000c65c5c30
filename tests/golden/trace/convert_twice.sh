for f in traces/samples/*.csv; do $BERTH trace convert $f -q -o $T/a && $BERTH trace convert $T/a -q -o $T/b && cmp $T/a $T/b || echo $f; done
