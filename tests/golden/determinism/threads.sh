# One thread or two: the same bytes in every file but the log.
cat >$T/s.json <<'END'
{"berth_scenario": 1, "name": "three", "model": {"file": "m.json"}, "clusters": ["8x hgx-v100", "6x hgx-v100"],
 "policies": ["fcfs", "easy", "order=smallest,walk=conservative"], "horizon": "3d",
 "outputs": ["jobs_csv", "ledger_csv", "series_csv", "outcome_json", "schedule_swf", "trace_json", "metrics_om", "comparison_csv", "comparison_md"]}
END
cp scenarios/models/helios-like.json $T/m.json
$BERTH run $T/s.json -q -j 1 -o $T/one && $BERTH run $T/s.json -q -j 2 -o $T/two || exit
find $T/one $T/two -name run.log -exec rm {} +
diff -r $T/one $T/two && find $T/one -type f | wc -l
