$BERTH run -q scenarios/stories/scattered-four-packed.json --set warmup=0s --set horizon=12h -o $T/o && grep "^J," $T/o/jobs.csv && grep "^total.*fragmentation" $T/o/ledger.csv
