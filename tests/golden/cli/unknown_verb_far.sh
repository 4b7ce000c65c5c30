$BERTH frobnicate
