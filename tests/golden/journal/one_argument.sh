$BERTH diff somewhere
