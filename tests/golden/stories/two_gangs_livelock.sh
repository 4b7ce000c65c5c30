$BERTH run scenarios/stories/two-gangs-livelock.json
