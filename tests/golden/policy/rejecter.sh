sh tests/policies/run.sh rejecter
