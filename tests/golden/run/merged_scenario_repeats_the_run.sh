$BERTH run scenarios/hello.json -q --seed 7 --set horizon=1d -o $T/a && $BERTH run $T/a/scenario.json -q -o $T/b && diff -r -x run.log $T/a $T/b && echo equal
