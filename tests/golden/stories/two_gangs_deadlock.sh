$BERTH run scenarios/stories/two-gangs-deadlock.json
