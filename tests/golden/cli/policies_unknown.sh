$BERTH policies easyy
