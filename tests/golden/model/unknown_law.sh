cp scenarios/models/mm1.json $T && cd $T && sed -i 's/"exponential"/"exponental"/' mm1.json && $BERTH trace synth mm1.json
