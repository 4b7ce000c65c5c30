printf '{"berth_scenario": 1, "trace": {"file": "t.csv"}, "policy": "easy",\n "cluster": {"nodes": [{"count": -2, "type": "hgx-h100"}]}}\n' >$T/a.json; cd $T && $BERTH run a.json
