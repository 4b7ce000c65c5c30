/* zone.h - local times of logs to UTC: a fixed offset or an IANA zone from the system's
 * zone files. No use of the process's own time zone. */
#ifndef BERTH_INGEST_ZONE_H
#define BERTH_INGEST_ZONE_H

#include "ingest/trace.h"

/* Text times are taken from 1970 to 2262, less two days, so that a change of zone and the
 * difference of any two of them fit. */
#define ZONE_LATEST ((SECONDS_MAX - 172800) * NS_PER_S)

struct zone {
    bool named;    /* the user said which zone */
    bool warned;   /* that UTC was supposed */
    int64_t first; /* seconds east of UTC before the first change */
    struct zone_change {
        int64_t at;
        int64_t offset;
    } * changes; /* owned; UTC s, s east */
    uint32_t n;
    bool ends; /* the zone changes after changes[n - 1] by a rule we do not read */
};

/* `tz` is NULL or "" (UTC), "Z", "+08:00", or "America/New_York". -1 with STATUS_USAGE. */
int zone_open(struct zone *z, const char *tz, struct diag *d);
void zone_close(struct zone *z);

/* Civil time (as if UTC, ns) to UTC. *odd: the hour happens twice (the first reading is
 * taken) or never (read as if the clock had already been changed). */
ns_t zone_utc(const struct zone *z, ns_t civil, bool *odd);

/* A text time: "YYYY-MM-DD hh:mm:ss" with 'T' and fraction allowed, with a zone of its
 * own or else read in *z. False when it is not a time. Warns once per kind through `s`. */
bool zone_read(struct zone *z, const char *text, size_t n, uint32_t line, struct sink *s,
               ns_t *out);

#endif
