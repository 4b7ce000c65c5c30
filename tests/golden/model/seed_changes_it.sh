$BERTH trace synth scenarios/models/helios-like.json --seed 2 >$T/new.csv && ! cmp -s $T/new.csv traces/samples/helios-like.csv
