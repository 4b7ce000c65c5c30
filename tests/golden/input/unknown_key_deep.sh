cp tests/data/golden/two.* $T && cd $T && sed -i 's/"count"/"cuont"/' two.json && $BERTH run two.json -o out; s=$?; ls; exit $s
