cd $T && for n in 2fast My-policy easy while ""; do $BERTH policies new "$n"; echo $?; done; ls
