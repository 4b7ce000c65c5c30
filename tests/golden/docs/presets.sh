# Every row of the comparison's first table stands in docs/presets.md; the long ones with BERTH_SOAK=1.
traces=${BERTH_SHARED:-../shared}/traces names="venus itp-cluster04"
case $BERTH in *release*) ;; *) echo "SKIP presets: on the release flavour only" >&2; exit 77 ;; esac
[ -d "$traces" ] || { echo "SKIP presets: no public traces in $traces" >&2; exit 77; }
[ "${BERTH_SOAK:-}" = 1 ] && names="$names philly openb-fill"
for n in $names; do
    sh scenarios/presets/run.sh $BERTH "$traces" $n >$T/log 2>&1 || { rc=$?; cat $T/log >&2; exit $rc; }
    grep '^| ' $T/log >$T/rows && ! grep -vxFf docs/presets.md $T/rows
done && echo "all rows are there"
