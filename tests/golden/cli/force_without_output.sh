$BERTH run a.json --force
