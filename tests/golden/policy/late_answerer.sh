sh tests/policies/run.sh late_answerer
