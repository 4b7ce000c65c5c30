cp tests/data/golden/two.* $T && cd $T && $BERTH run two.json --set nonsense
