$BERTH trace convert scenarios/stories/mig-hole.csv -q -o $T/a && $BERTH trace convert $T/a -q -o $T/b && cmp $T/a $T/b && tail -n 2 $T/a
