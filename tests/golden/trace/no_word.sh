$BERTH trace
