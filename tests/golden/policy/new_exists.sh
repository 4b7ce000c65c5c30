cd $T && mkdir mine && $BERTH policies new mine
