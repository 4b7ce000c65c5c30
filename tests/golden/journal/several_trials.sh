# Each trial has a journal of its own; the folder of all says which there are.
cp tests/data/golden/backfill.csv $T && cd $T && echo '{"berth_scenario": 1, "trace": {"file": "backfill.csv"}, "cluster": "1x hgx-h100", "policies": ["fifo", "easy"], "journal": true, "outputs": []}' >s.json &&
    $BERTH run s.json -q -o out && ls out out/01-fifo && $BERTH diff out out/02-easy
