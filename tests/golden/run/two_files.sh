cp tests/data/golden/two.* $T && cd $T && $BERTH run two.json -q -o out && ls out && cat out/jobs.csv && cat out/scenario.json
