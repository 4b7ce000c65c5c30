$BERTH run a.json -j many
