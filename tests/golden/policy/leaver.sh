sh tests/policies/run.sh leaver -o out; status=$?; ls -A $T; exit $status
