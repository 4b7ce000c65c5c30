cp "${BERTH%/berth}/policies/hoarder.so" $T && cd $T && $BERTH policies ./hoarder.so && $BERTH policies ./hoarder.so --json
