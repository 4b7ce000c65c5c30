$BERTH trace synth scenarios/models/mm1.json --seed one
