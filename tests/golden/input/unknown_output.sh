cp tests/data/golden/two.* $T && cd $T && sed -i 's/"policy"/"outputs": ["jobs_cvs"], "policy"/' two.json && $BERTH run two.json -o out 2>&1 | sed "s/expected .* at/expected ... at/"; ls
