# No program is found at all, so no gnuplot either: the run succeeds and says what it left out.
PATH=/nowhere; $BERTH run tests/data/golden/two.json -o $T/out >/dev/null
