/* cmd.h - the commands; each is described in its own file. */
#ifndef BERTH_CLI_CMD_H
#define BERTH_CLI_CMD_H

#include "cli/verb.h"

extern const struct verb cmd_run_verb, cmd_trace_verb, cmd_policies_verb, cmd_catalog_verb,
    cmd_replay_verb, cmd_diff_verb, cmd_help_verb, cmd_version_verb, cmd_completion_verb;

#endif
