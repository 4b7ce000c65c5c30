cd $T && printf '# berth-trace 1\njob_id,submit,gpus_per_replica\na,0,1\n' >bad.csv && $BERTH run --trace bad.csv --cluster '2x hgx-h100' --policy fcfs -o out; s=$?; ls; exit $s
