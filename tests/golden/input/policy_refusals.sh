# every combination that makes no sense, one message each
cd $T && printf '# berth-trace 1\njob_id,submit,run,replicas,gpus_per_replica\na,0,60,1,1\n' >a.csv
for p in walk=easy,estimate=none walk=conservative,estimate=none walk=window,estimate=none order=sjf,estimate=none \
    walk=easy,estimate=distribution walk=desired,order=gittins,estimate=limit \
    order=2dlas,walk=easy order=las,walk=conservative order=gittins,walk=window order=drf,walk=desired \
    walk=desired,displace=priority walk=desired,displace=migrate \
    launch=pod,walk=easy launch=pod,walk=window launch=pod,walk=desired launch=pod,displace=priority launch=pod,place=topology \
    share=mig,place=fgd view=blind,walk=easy,estimate=limit view=blind,displace=migrate view=blind,place=topology walk=window,bf_window=30s order=2dlas,walk=desired,t1=100,t2=50 order=gittins,walk=desired,t2=50,t1=50
do
    $BERTH run -q --trace a.csv --cluster '2x hgx-h100' --policy $p -o out 2>&1 | grep error
    test -e out && echo "$p ran"
done
true
