# Equal decisions under two names; also packed.
R() { $BERTH run --trace tests/data/golden/backfill.csv --cluster "$2" --policy "$1" --journal -q -o "$T/$3"; }
cd $T && cp -r "$OLDPWD/tests" . && R fifo '1x hgx-h100' a && R fcfs '1x hgx-h100' b && $BERTH diff a b && gzip b/journal.berth && $BERTH diff a b/journal.berth.gz --json
