cd $T && printf '# berth-trace 1\njob_id,submit,run\na,0,60\nb,x,60\n' >t.csv && $BERTH trace info t.csv
