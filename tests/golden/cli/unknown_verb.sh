$BERTH rnu a.json
