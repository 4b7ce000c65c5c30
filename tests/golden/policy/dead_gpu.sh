sh tests/policies/run.sh dead_gpu
