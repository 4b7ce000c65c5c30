cd $T && printf '# berth-trace 1\njob_id,submit,run,replicas,gpus_per_replica\na,0,60,1,eight\n' >bad.csv && $BERTH run --trace bad.csv --cluster '2x hgx-h100' --policy fcfs --json
