$BERTH run -q scenarios/stories/scattered-four.json -o $T/o && grep -E "^total,.*(useful|fragmentation|capacity)" $T/o/ledger.csv && grep -A1 "\"allocated\"" $T/o/outcome.json
