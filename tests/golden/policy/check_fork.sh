# One saves all it decides by, the other says so and does not.
cp "${BERTH%/berth}/policies/remembers.so" "${BERTH%/berth}/policies/forgets.so" $T && cd $T
for p in remembers forgets; do $BERTH policies check ./$p.so >out; echo $?; grep -e FAILED -e ' fork ' -e failed out; done
