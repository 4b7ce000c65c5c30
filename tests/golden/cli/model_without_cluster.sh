$BERTH run --model x.json
