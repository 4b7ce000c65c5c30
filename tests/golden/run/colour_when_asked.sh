$BERTH run tests/data/golden/two.json --color always --polcy 2>&1 | cat -v
