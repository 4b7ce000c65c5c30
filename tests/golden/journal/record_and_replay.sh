# A recorded run has the decisions of one that is not recorded, and its journal replays to the same digest.
R() { $BERTH run --trace tests/data/golden/backfill.csv --cluster "$2" --policy "$1" --journal -q -o "$T/$3"; }
R easy '1x hgx-h100' a && $BERTH run --trace tests/data/golden/backfill.csv --cluster '1x hgx-h100' --policy easy -q -o $T/plain || exit
cmp $T/a/jobs.csv $T/plain/jobs.csv && cmp $T/a/series.csv $T/plain/series.csv || exit
grep -h decision_digest $T/a/outcome.json $T/plain/outcome.json
$BERTH replay $T/a && $BERTH replay $T/a/journal.berth --json
