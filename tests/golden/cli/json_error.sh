$BERTH run a.json --polcy=easy --json
