sh tests/policies/run.sh over_committer
