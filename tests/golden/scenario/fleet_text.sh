$BERTH run --trace traces/samples/helios-like.csv --cluster '8x hgx-v100/row4' --policy easy
