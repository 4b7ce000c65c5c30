cd $T && $BERTH trace synth no.json
