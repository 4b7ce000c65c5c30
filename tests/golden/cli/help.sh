$BERTH help
