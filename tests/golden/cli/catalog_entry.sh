$BERTH catalog h100-sxm | head -n 2
