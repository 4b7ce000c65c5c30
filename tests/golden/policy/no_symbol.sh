sh tests/policies/run.sh no_symbol
