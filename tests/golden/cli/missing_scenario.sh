cd $T && $BERTH run a.json
