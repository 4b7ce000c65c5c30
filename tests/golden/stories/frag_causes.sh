# six clusters, each wasting for one cause only
for c in node nvlink level cpu type share; do
    $BERTH run -q scenarios/stories/frag-$c.json -o $T/$c || exit 1
    echo "$c"
    grep -E '^total,.*,(useful|policy|reserved|fragmentation|too_few|no_demand|capacity),' $T/$c/ledger.csv | grep -v ',0,0.000000,'
done
