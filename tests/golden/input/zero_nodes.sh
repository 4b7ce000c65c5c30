cp tests/data/golden/two.* $T && cd $T && sed -i 's/"count": 2/"count": 0/' two.json && $BERTH run two.json -o out; s=$?; ls; exit $s
