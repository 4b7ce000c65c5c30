# Options of the parts and of the core side by side; the order is the parts', unless another is named.
. tests/policies/stage.sh
cp tests/policies/small.json tests/policies/small.csv $T && cd $T && berth policies new weighted --parts -q && make -s -C weighted CC="${CC:-gcc}" weighted.so
for p in ./weighted/weighted.so ./weighted/weighted.so,weight=3,walk=skip,depth=2 ./weighted/weighted.so,sjf; do
    berth run small.json --policy $p | sed -n 2p
done
berth run small.json -q --policy ./weighted/weighted.so,weight=2000
