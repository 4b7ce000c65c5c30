$BERTH trace synth scenarios/models/helios-like.json --seed 1 >$T/new.csv && cmp $T/new.csv traces/samples/helios-like.csv
