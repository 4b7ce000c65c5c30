$BERTH version | head -n 1 | sed "s/[0-9.]*$/.../"
