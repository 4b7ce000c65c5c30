sh tests/policies/run.sh wrong_layout
