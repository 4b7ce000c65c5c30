# Recorded bytes: every flavour of the program must give the same ones. A change here is a change of results.
$BERTH run scenarios/hello.json -q -o $T/out && cd $T/out && grep decision_digest outcome.json && sha256sum jobs.csv ledger.csv series.csv trace.json
