$BERTH help run
