import { capabilityNames } from "../../protocol/v0/v0-task.js";
import { v0Version } from "../../protocol/v0/v0-version.js";
import type { MasterState } from "../master-state.js";
import { masterPid } from "./addresses.js";
import { v0Frameworks } from "./v0-frameworks.js";
import { v0RecoveredSlaves, v0SlaveList } from "./v0-slaves.js";

/** What the process knows of itself beside its state. */
export interface ProcessInfo {
  readonly version: string;
  /** By their Mesos names; secrets have been taken out. */
  readonly flags: Readonly<Record<string, string>>;
}

/** `/state`. */
export function v0State(state: MasterState, { version, flags }: ProcessInfo): object {
  const { masterInfo, startTimeMs, cluster } = state.settings;
  const pid = masterPid(masterInfo);
  const { id, port, hostname = "", domain } = masterInfo;
  return {
    ...v0Version(version),
    start_time: startTimeMs / 1000,
    ...(state.electedTimeMs !== undefined && { elected_time: state.electedTimeMs / 1000 }),
    id,
    pid,
    hostname,
    capabilities: capabilityNames(masterInfo.capabilities),
    ...countSlaves(state),
    ...(domain !== undefined && { domain }),
    leader: pid,
    leader_info: { id, pid, port, hostname, ...(domain !== undefined && { domain }) },
    ...(cluster !== undefined && { cluster }),
    ...(flags["log_dir"] !== undefined && { log_dir: flags["log_dir"] }),
    ...(flags["external_log_file"] !== undefined && {
      external_log_file: flags["external_log_file"],
    }),
    flags,
    slaves: v0SlaveList(state),
    recovered_slaves: v0RecoveredSlaves(state),
    ...v0Frameworks(state, undefined),
    orphan_tasks: [],
  };
}

function countSlaves(state: MasterState): object {
  let activated = 0;
  for (const agent of state.agents.values()) if (agent.active) activated++;
  return {
    activated_slaves: activated,
    deactivated_slaves: state.agents.size - activated,
    unreachable_slaves: state.unreachableAgents.size,
  };
}
