cd $T && $BERTH policies check ./nothing.so; $BERTH policies check esay
