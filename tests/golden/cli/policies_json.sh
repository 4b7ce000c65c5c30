$BERTH policies easy --json | head -n 1
