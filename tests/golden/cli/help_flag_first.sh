$BERTH --help | head -n 1
