$BERTH run tests/data/golden/two.json --json -q | sed "s/\"version\": \"[^\"]*\"/\"version\": \"...\"/"
