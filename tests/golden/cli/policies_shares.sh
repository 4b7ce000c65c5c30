$BERTH policies | sed -n '/^displace/,/^$/p; /^share/,/^$/p' && $BERTH policies exclusive
