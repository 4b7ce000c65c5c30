$BERTH trace info tests/data/golden/two.csv --outcome timeout=maybe
