$BERTH policies tiresias-l --json
