cp tests/data/golden/backfill.csv $T && cd $T && $BERTH replay backfill.csv; $BERTH diff backfill.csv nowhere; $BERTH replay .
