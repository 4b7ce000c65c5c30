cp tests/data/golden/two.* $T && cd $T && sed -i 's/h100-sxm/h1000/' two.json && $BERTH run two.json -o out; s=$?; ls; exit $s
