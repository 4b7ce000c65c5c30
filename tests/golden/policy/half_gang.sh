sh tests/policies/run.sh half_gang
