pod() {
    printf '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"%s","namespace":"ml","creationTimestamp":"2026-03-01T10:00:00Z"},' "$1"
    printf '"spec":{"nodeName":"n","containers":[{"name":"c","resources":{"limits":{"nvidia.com/mig-%s":"%s"}}}]},' "$2" "$3"
    printf '"status":{"phase":"Succeeded","conditions":[{"type":"PodScheduled","status":"True","lastTransitionTime":"2026-03-01T10:00:00Z"}],'
    printf '"containerStatuses":[{"name":"c","restartCount":0,"state":{"terminated":{"exitCode":0,"startedAt":"2026-03-01T10:00:00Z","finishedAt":"2026-03-01T11:00:00Z"}}}]}}\n'
}
{ pod a 1g.10gb 1; pod b 2g.20gb 2; pod c 1g.10gb.me 1; pod d 1g.5gb 1; } >$T/pods.json
$BERTH run -q --trace $T/pods.json --cluster '1x hgx-h100' --policy easy --max-rejects 100 -o $T/o 2>/dev/null && cut -d, -f1,9,21 $T/o/jobs.csv && cut -d, -f3- $T/o/rejects.csv
