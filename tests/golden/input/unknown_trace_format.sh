cp tests/data/golden/two.* $T && cd $T && sed -i 's/"file": "two.csv"/"file": "two.csv", "format": "brth"/' two.json && $BERTH run two.json -o out 2>&1 | sed "s/expected .* at/expected ... at/"; ls
