cp tests/data/golden/two.* $T && cd $T && sed -i 's/"policy": "fcfs"/"policy": 5/' two.json && $BERTH run two.json -o out; s=$?; ls; exit $s
