# Exit status 4: the policy of the replay is not there.
R() { $BERTH run --trace tests/data/golden/backfill.csv --cluster "$2" --policy "$1" --journal -q -o "$T/$3"; }
R fifo '1x hgx-h100' a && cd $T && $BERTH replay a --policy ./none.so
