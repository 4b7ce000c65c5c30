sh tests/policies/run.sh hoarder
