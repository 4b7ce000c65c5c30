$BERTH run a.json --oversize drop
