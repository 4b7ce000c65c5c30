cp tests/data/golden/two.* $T && cd $T && sed -i 's/"fcfs"/"order=fifo,place=bestfti"/' two.json && $BERTH run two.json -o out; s=$?; ls; exit $s
