#!/bin/sh
# run.sh - replay the public traces under every preset: tables and pictures into out/presets/.
#
# run.sh BERTH FOLDER [NAME...]: the files are looked for by name anywhere below FOLDER; traces/README.md says where
# each is to be had. A scenario whose files are missing is skipped, and says so. Status 1 when a run failed, 77 when
# all were skipped.
set -u
berth=$1 folder=$2
shift 2
[ $# -gt 0 ] || set -- venus itp-cluster04 philly openb-fill
here=$(dirname "$0") to=out/presets
done=0 skipped=0 failed=0

have() {        # file name: its path into $path
    path=$(find -L "$folder" -name "$1" -type f 2>/dev/null | sort | head -n 1)
    [ -n "$path" ] && return
    echo "SKIP presets $name: no $1 below $folder"
    skipped=$((skipped + 1))
    return 1
}

mkdir -p "$to" || exit 1
for name; do
    case $name in
    venus) have venus_jobs_00000-09999.csv.gz || continue ;;
    itp-cluster04) have cluster04.csv.gz || continue ;;
    philly) have philly_df_schedule.csv.gz || continue ;;
    openb-fill)
        have openb_node_list_gpu_node.csv || continue
        nodes=$path
        have openb_pod_list_default.csv || continue
        awk -v gpus=6212 -v seed=1 -f "$here/fill.awk" "$path" >"$to/openb-fill.csv" || exit 1
        path=$to/openb-fill.csv ;;
    *) echo "presets: no scenario '$name'" >&2; exit 2 ;;
    esac
    set -- "$here/$name.json" --set "trace.file=$path"
    [ "$name" = openb-fill ] && set -- "$@" --set "cluster=$nodes"
    if "$berth" run "$@" -j 2 -q -o "$to/$name" --force; then
        done=$((done + 1))
        sed '/^### Where/,$d' "$to/$name/comparison.md"
        echo "  all columns: $to/$name/comparison.csv, tables: comparison.md, picture: plots/comparison.png"
        echo
    else
        failed=$((failed + 1))
    fi
done
echo "presets: $done run, $failed failed, $skipped skipped"
[ $failed -eq 0 ] || exit 1
[ $done -gt 0 ] || exit 77
