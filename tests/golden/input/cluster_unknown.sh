cp tests/data/golden/two.* $T && cd $T && $BERTH run two.json --cluster "2x hgx-h1000"
