# fill.awk - openb pods as the FGD paper submits them: drawn again and again from the list until they ask
# for 130 % of the fleet, one every 10 s, and none ever leaves.
#
# awk -v gpus=6212 -v seed=1 -f fill.awk openb_pod_list_default.csv >fill.csv
BEGIN { FS = OFS = ","; state = seed }
NR == 1 { print; next }
{ sub(/\r$/, ""); row[n++] = $0 }
# Lehmer's generator with Park and Miller's multiplier: products stay below 2^53
function draw(below) { state = state * 16807 % 2147483647; return int(state / 2147483647 * below) }
END {
    while (asked < 1.3 * gpus * 1000) {
        split(row[draw(n)], f, ",")
        asked += f[4] * f[5]
        at = 10 * submitted++
        print "pod-" submitted, f[2], f[3], f[4], f[5], f[6], f[7], "Succeeded", at, at + 8640000, at
    }
}
