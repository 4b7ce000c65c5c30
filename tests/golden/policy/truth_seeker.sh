# Asking for the truth marks the run.
sh tests/policies/run.sh truth_seeker --json | grep clairvoyant
