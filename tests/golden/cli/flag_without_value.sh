$BERTH run a.json --policy
