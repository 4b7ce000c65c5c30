cp tests/data/golden/two.* $T && cd $T && touch out && $BERTH run two.json -o out/run
