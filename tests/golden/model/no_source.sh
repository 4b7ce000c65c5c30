cd $T && printf '{\n  "berth_workload": 1, "name": "m", "jobs": 5,\n  "arrivals": {"per_hour": 60}\n}\n' >m.json && $BERTH trace synth m.json
