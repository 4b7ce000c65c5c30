cd $T && $BERTH run --trace bad.csv --cluster '2x hgx-h100' --policy fcfs -o out; s=$?; ls; exit $s
