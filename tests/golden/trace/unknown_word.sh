$BERTH trace inof x.csv
