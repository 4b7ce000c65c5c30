$BERTH run a.json --policy easy --policy fifo
