$BERTH trace info
