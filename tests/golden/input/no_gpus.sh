cp tests/data/golden/two.* $T && cd $T && sed -i 's/"gpus": 4/"gpus": 0/' two.json && $BERTH run two.json -o out; s=$?; ls; exit $s
