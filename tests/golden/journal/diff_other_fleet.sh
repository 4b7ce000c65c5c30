R() { $BERTH run --trace tests/data/golden/backfill.csv --cluster "$2" --policy "$1" --journal -q -o "$T/$3"; }
mkdir $T/tests && cp -r tests/data $T/tests && cd $T && R fifo '1x hgx-h100' a && R fifo '2x hgx-h100' b && $BERTH diff a b
