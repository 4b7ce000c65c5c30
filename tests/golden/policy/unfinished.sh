sh tests/policies/run.sh unfinished
