$BERTH run
