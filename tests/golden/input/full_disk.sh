# A tmpfs inside a user namespace is the full disk; where that is not allowed, skip.
cp tests/data/golden/two.* $T && cd $T && mkdir small
unshare -rm mount -t tmpfs -o size=32k none small 2>/dev/null || { echo "no user namespaces here: cannot make a full disk" >&2; exit 77; }
unshare -rm sh -c 'mount -t tmpfs -o size=32k none small && mkdir small/out && head -c 99999 /dev/zero 2>/dev/null >small/filler
    $BERTH run two.json -q --set "outputs=[\"jobs_csv\"]" -o small/out; s=$?; ls -A small/out; exit $s'
