# A writable global is found in the file and in what it does.
cp "${BERTH%/berth}/policies/forgetful.so" $T && cd $T && $BERTH policies check ./forgetful.so >out; status=$?; sed 's/\(cost  *\).*/\1.../' out; exit $status
