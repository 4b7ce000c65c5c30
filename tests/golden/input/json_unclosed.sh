cp tests/data/golden/two.* $T && cd $T && sed -i '8,$d' two.json && $BERTH run two.json -o out; s=$?; ls; exit $s
