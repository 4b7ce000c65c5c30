# A file that ends early is refused at the offset where it ends.
R() { $BERTH run --trace tests/data/golden/backfill.csv --cluster "$2" --policy "$1" --journal -q -o "$T/$3"; }
R fifo '1x hgx-h100' a && head -c 240 $T/a/journal.berth >$T/cut.berth && cd $T && $BERTH replay cut.berth
