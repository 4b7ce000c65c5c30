ASAN_OPTIONS=handle_segv=0; export ASAN_OPTIONS
cp "${BERTH%/berth}/policies/crasher.so" $T && cd $T && $BERTH policies check ./crasher.so --json >out; status=$?; grep -e berth_policy_check -e '"runs"' out; exit $status
