$BERTH help formts
