# The folder that was begun is gone afterwards.
ASAN_OPTIONS=handle_segv=0; export ASAN_OPTIONS
sh tests/policies/run.sh crasher -o out; status=$?; ls -A $T; exit $status
