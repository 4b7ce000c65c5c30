cp tests/data/golden/two.* $T && cd $T && $BERTH run two.json --cluster "0x hgx-h100"
