# Every record as a line; hashes of inputs are left out because they change with every key of a scenario.
R() { $BERTH run --trace tests/data/golden/backfill.csv --cluster "$2" --policy "$1" --journal -q -o "$T/$3"; }
R easy,displace=priority '1x hgx-h100' a && $BERTH replay $T/a --print | sed '/^journal of/d; /^runs/d; /^input/s/ [^ ]*$//'
