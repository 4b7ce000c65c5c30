# The Makefile says what it misses.
. tests/policies/stage.sh
rm $T/prefix/include/berth_policy.h; cd $T && berth policies new mine -q && make -s -C mine 2>&1 | head -n 1
