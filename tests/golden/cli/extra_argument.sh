$BERTH run a.json b.json
