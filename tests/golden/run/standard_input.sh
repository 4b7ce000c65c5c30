cat tests/data/golden/two.csv | $BERTH run --trace - --cluster '1x hgx-h100' --policy fcfs | grep -oE "3 jobs, 8 GPUs|all jobs ended"
