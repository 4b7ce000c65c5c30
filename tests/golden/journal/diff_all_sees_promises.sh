# With --all the promise to the wide job is the first difference.
R() { $BERTH run --trace tests/data/golden/backfill.csv --cluster "$2" --policy "$1" --journal -q -o "$T/$3"; }
mkdir $T/tests && cp -r tests/data $T/tests && cd $T && R fifo '1x hgx-h100' a && R easy '1x hgx-h100' b && $BERTH diff --all a b | head -n 6
