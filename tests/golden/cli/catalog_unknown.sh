$BERTH catalog h100-smx
