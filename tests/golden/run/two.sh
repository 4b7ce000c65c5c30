$BERTH run tests/data/golden/two.json
