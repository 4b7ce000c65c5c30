$BERTH policies check easy >$T/out; status=$?; sed 's/\(cost  *\).*/\1.../' $T/out; exit $status
