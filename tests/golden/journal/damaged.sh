# A changed byte is found by the hash at the end.
R() { $BERTH run --trace tests/data/golden/backfill.csv --cluster "$2" --policy "$1" --journal -q -o "$T/$3"; }
R fifo '1x hgx-h100' a && cd $T && sed 's/late/lite/' a/journal.berth >bad.berth && $BERTH diff bad.berth a 2>&1 | sed 's/offset [0-9]*/offset N/'
