cd $T && printf '# berth-trace 1\njob_id,submit,run,mig\na,0,60,1g.5gb\n' >bad.csv && $BERTH run --trace bad.csv --cluster '2x hgx-h100' --policy fcfs -o out; s=$?; ls; exit $s
