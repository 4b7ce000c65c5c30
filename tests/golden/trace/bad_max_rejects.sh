$BERTH trace info tests/data/golden/two.csv --max-rejects lots
