$BERTH catalog h100-sxm --json | head -n 1
