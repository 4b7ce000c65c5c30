sh tests/policies/run.sh sisyphus
