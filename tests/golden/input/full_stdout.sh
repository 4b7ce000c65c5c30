$BERTH policies >/dev/full
