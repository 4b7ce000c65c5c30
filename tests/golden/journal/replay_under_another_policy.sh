# The exit status of a gate: another policy decides otherwise.
R() { $BERTH run --trace tests/data/golden/backfill.csv --cluster "$2" --policy "$1" --journal -q -o "$T/$3"; }
R fifo '1x hgx-h100' a && $BERTH replay $T/a --policy easy
