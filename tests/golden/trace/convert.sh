$BERTH trace convert tests/data/golden/two.csv
