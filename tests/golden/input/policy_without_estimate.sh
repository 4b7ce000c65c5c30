cp tests/data/golden/two.* $T && cd $T && sed -i 's/"policy": "fcfs"/"policy": "order=sjf,estimate=none"/' two.json && $BERTH run two.json -o out; s=$?; ls; exit $s
