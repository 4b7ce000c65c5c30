$BERTH policies new
