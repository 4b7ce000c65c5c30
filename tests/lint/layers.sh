#!/bin/sh
# layers.sh - fail on an include that sim/LAYERS does not allow, and on a library used outside
# its one door.
set -u
cd "$(dirname "$0")/../.." || exit 1
find sim policies traces reports -name '*.[ch]' | sort |
awk '
BEGIN {
    while ((getline line < "sim/LAYERS") > 0) {
        sub(/#.*/, "", line)
        n = split(line, w, " ")
        for (i = 2; i <= n; i++) { may[w[1], w[i]] = 1; list[w[1]] = list[w[1]] " " w[i] }
    }
    door["csv.h"] = "sim/base/csv.c"
    door["cjson/cJSON.h"] = "sim/base/json.c"
    door["zlib.h"] = "sim/base/input.c"
    door["gsl"] = "sim/base/rng.c sim/base/stats.c"
    door["omp.h"] = "sim/experiment/replicate.c"
    door["dlfcn.h"] = "sim/host/load.c"
}
{
    file = $0
    folder = file
    sub(/^sim\//, "", folder)
    sub(/\/.*/, "", folder)
    number = 0
    while ((getline line < file) > 0) {
        number++
        if (line !~ /^[ \t]*#[ \t]*include/) continue
        name = line
        if (line ~ /"/) {
            gsub(/^[^"]*"|".*$/, "", name)
            top = name
            sub(/\/.*/, "", top)
            if (!((folder, name) in may) && !((folder, top) in may)) {
                printf "%s:%d: error: %s may not include \"%s\"; sim/LAYERS allows it%s\n",
                       file, number, folder, name, list[folder]
                bad++
            }
        } else {
            gsub(/^[^<]*<|>.*$/, "", name)
            top = name
            sub(/\/.*/, "", top)
            key = (name in door) ? name : (top in door) ? top : ""
            if (key != "" && index(" " door[key] " ", " " file " ") == 0) {
                printf "%s:%d: error: <%s> is used only through %s\n", file, number, name, door[key]
                bad++
            }
        }
    }
    close(file)
}
END { exit (bad > 0) }'
