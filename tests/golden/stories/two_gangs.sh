$BERTH run -q scenarios/stories/two-gangs.json -o $T/o && cut -d, -f1,9,11 $T/o/jobs.csv && grep -E "^total,.*(useful|too_few|no_demand|capacity)" $T/o/ledger.csv
