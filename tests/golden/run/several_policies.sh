$BERTH run tests/data/golden/three.json -q --json | grep -c decision_digest; $BERTH run tests/data/golden/three.json 2>&1 | grep ==
