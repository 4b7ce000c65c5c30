$BERTH run tests/data/golden/three.json -q -j1 -o $T/a && $BERTH run tests/data/golden/three.json -q -j2 -o $T/b && diff -r -x run.log $T/a $T/b && ls $T/a
