sh tests/policies/run.sh looper --call-limit 1s
