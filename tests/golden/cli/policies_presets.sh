$BERTH policies | sed '/^$/q'
