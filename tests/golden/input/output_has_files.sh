cp tests/data/golden/two.* $T && cd $T && mkdir out && touch out/mine && $BERTH run two.json -o out; s=$?; ls out; exit $s
