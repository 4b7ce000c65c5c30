$BERTH run --trace tests/data/golden/backfill.csv --cluster '1x hgx-h100' --journal
