# The two layouts are numbers that change with the header.
sh tests/policies/run.sh wrong_layout 2>$T/said; status=$?; sed 's/layout [0-9a-f]*/layout .../g; s/([0-9]* bytes)/(... bytes)/g' $T/said; exit $status
