$BERTH run --trace x.csv
