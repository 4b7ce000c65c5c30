sh tests/policies/run.sh do_nothing
