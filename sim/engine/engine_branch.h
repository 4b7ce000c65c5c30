/* engine_branch.h - a second engine that goes on from where one stands, on a branch of its host. */
#ifndef BERTH_ENGINE_ENGINE_BRANCH_H
#define BERTH_ENGINE_ENGINE_BRANCH_H

#include "engine/engine.h"

/* Set up `to` as `from` stands, outside engine_run(): when it has come to its horizon, say. `host` is a
 * branch of the host of `from`. The new engine has no observer, gauge or tick, and the horizon of `from`;
 * all may be set before it runs. Memory in the arena; to be freed with engine_free(). */
void engine_branch(struct engine *to, const struct engine *from, struct host *host,
                   struct arena *a);

#endif
