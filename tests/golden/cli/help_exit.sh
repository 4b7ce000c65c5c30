$BERTH help exit
