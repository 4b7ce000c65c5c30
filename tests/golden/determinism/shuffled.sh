# Rows in another order are the same workload: all but the input's hash is equal.
sed '/^[0-9]/d' traces/samples/helios-like.csv >$T/shuffled.csv
sed -n '/^[0-9]/p' traces/samples/helios-like.csv | awk '{printf "%d %s\n", (NR * 7919) % 100003 % 547, $0}' | sort -n | cut -d' ' -f2- >>$T/shuffled.csv
cmp -s $T/shuffled.csv traces/samples/helios-like.csv && echo not shuffled
for f in traces/samples/helios-like.csv $T/shuffled.csv; do
    cp $f $T/jobs.csv && $BERTH run --trace $T/jobs.csv --cluster '6x hgx-v100' --policy easy --set name=x -q -o $T/out --force || exit
    sha256sum <$T/out/jobs.csv; sha256sum <$T/out/ledger.csv; sha256sum <$T/out/series.csv; grep decision_digest $T/out/outcome.json
done | sort | uniq -c | awk '{print $1}'
