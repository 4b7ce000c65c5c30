$BERTH completion csh
