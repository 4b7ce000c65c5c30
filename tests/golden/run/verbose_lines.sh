$BERTH run tests/data/golden/two.json -v 2>&1 >/dev/null | sed "s/[0-9.]* s wall.*/.../"
