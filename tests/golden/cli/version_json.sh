$BERTH version --json | grep -o "^{.name.:.berth."
