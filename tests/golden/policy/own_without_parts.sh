$BERTH run tests/policies/small.json -q --policy order=own
