# A model in a scenario and the file that it draws are the same workload: the same decisions.
for w in '--model scenarios/models/helios-like.json' '--trace traces/samples/helios-like.csv'; do
    $BERTH run $w --cluster '6x hgx-v100' --policy order=fifo,walk=easy,place=bestfit --json -q | grep -o '"decision_digest": *"[0-9a-f]*"'
done | sort | uniq -c | awk '{print $1}'
