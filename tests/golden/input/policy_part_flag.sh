cp tests/data/golden/two.* $T && cd $T && $BERTH run two.json --policy place=bestfti -o out; s=$?; ls; exit $s
