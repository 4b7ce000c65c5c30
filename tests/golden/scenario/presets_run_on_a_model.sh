# The traces are not shipped; that every policy of every file is one, a drawn workload can tell as well.
for f in scenarios/presets/*.json; do
    $BERTH run $f --model scenarios/models/helios-like.json --cluster '8x hgx-v100' --set warmup=0s --horizon 6h \
        -o $T/out --force -q || exit
    tail -n +2 $T/out/comparison.csv | cut -d, -f1 | wc -l
done
