$BERTH trace synth traces/samples/helios-like.csv
