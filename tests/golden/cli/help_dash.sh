$BERTH run -h
