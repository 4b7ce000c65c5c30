# Policies from shared objects replay too: one that remembers, one that asks for the truth, and parts for the core.
cp "${BERTH%/berth}"/policies/remembers.so "${BERTH%/berth}"/policies/truth_seeker.so tests/policies/small.json tests/policies/small.csv "$T" || exit
. tests/policies/stage.sh
cd "$T" && berth policies new weighted --parts -q && make -s -C weighted CC="${CC:-gcc}" weighted.so || exit
for p in ./remembers.so ./truth_seeker.so ./weighted/weighted.so,walk=easy; do
    berth run small.json -q --policy "$p" --journal -o out --force && berth replay out || exit
done
