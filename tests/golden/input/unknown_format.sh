cd $T && printf 'colour,weight\nred,5\n' >bad.csv && $BERTH run --trace bad.csv --cluster '2x hgx-h100' --policy fcfs -o out 2>&1 | sed "s/one of .*; name/one of ...; name/"; ls
