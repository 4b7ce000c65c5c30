cp tests/data/golden/gangs.* $T && cd $T && $BERTH run gangs.json -q -o out; s=$?; grep "\"status\"" out/outcome.json; exit $s
