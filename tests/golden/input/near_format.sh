cd $T && printf 'job_id,submit,duration,num_gpu\na,0,60,1\n' >bad.csv && $BERTH run --trace bad.csv --cluster '2x hgx-h100' --policy fcfs -o out; s=$?; ls; exit $s
