$BERTH run a.json --pol=easy
