# Ctrl-C in the middle of a long run: status 130, nothing left behind.
cp tests/data/golden/two.* $T && cd $T && seq 1 300000 | sed 's/.*/j&,&,60,1,1,120,t,done/' >>two.csv
$BERTH run two.json -q -o out >/dev/null & pid=$!
while kill -0 $pid && ! ls | grep -q berth-; do sleep 0.02; done
kill -INT $pid; wait $pid; s=$?; ls; exit $s
