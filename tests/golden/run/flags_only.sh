$BERTH run --trace tests/data/golden/two.csv --cluster '1x hgx-h100' --policy easy+bestfit --horizon 1h | grep -oE "order=.*|3 jobs, 8 GPUs|stopped at the horizon"
