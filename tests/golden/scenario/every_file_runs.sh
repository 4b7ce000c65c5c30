for f in scenarios/*.json; do $BERTH run $f --set 'outputs=[]' -q >/dev/null || exit 1; done
