sh tests/policies/run.sh flapper
