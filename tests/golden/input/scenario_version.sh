cp tests/data/golden/two.* $T && cd $T && sed -i 's/"berth_scenario": 1/"berth_scenario": 7/' two.json && $BERTH run two.json -o out; s=$?; ls; exit $s
