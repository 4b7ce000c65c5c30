ASAN_OPTIONS=handle_segv=0; export ASAN_OPTIONS
sh tests/policies/run.sh crasher --json
