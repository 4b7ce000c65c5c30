cp scenarios/models/mm1.json $T && cd $T && sed -i 's/"1m"/60/' mm1.json && $BERTH trace synth mm1.json
