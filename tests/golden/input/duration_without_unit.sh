cp tests/data/golden/two.* $T && cd $T && sed -i 's/"policy"/"horizon": 10800, "policy"/' two.json && $BERTH run two.json -o out; s=$?; ls; exit $s
