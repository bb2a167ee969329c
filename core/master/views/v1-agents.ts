import type { master, v1 } from "../../protocol/v1.js";
import { Resources } from "../../resources/resources.js";
import { SharedCopies } from "../../resources/shared-copies.js";
import type { MasterState } from "../master-state.js";
import { agentPid } from "./addresses.js";
import { addedBy, type Holding } from "./holdings.js";
import { type AgentSnapshot, snapshotAgents } from "./snapshots.js";

/** The answer to GET_AGENTS. */
export function getAgents(state: MasterState): master.Response.GetAgents {
  return {
    agents: snapshotAgents(state).map(toAgent),
    recovered_agents: [...state.recoveredAgents.values()],
  };
}

/** Sums are made when they are read: what writes the answer out in slices then spreads the work. */
function toAgent(agent: AgentSnapshot): master.Response.GetAgents.Agent {
  return {
    agent_info: agent.info,
    active: agent.active,
    deactivated: agent.deactivated,
    version: agent.version,
    pid: agentPid(agent),
    registered_time: toTimeInfo(agent.registeredTimeMs),
    ...(agent.reregisteredTimeMs !== undefined && {
      reregistered_time: toTimeInfo(agent.reregisteredTimeMs),
    }),
    get total_resources() {
      return agent.total.toWire("endpoint");
    },
    get allocated_resources() {
      return sumOf(agent.used);
    },
    get offered_resources() {
      return offeredBy(agent);
    },
    capabilities: agent.capabilities,
  };
}

export function toTimeInfo(timeMs: number): v1.TimeInfo {
  return { nanoseconds: timeMs * 1_000_000 };
}

export function sumOf(holdings: readonly Holding[]): readonly v1.Resource[] {
  return Resources.fromWire(addedBy(holdings).flat()).toWire("endpoint");
}

export function offeredBy({ offers }: Pick<AgentSnapshot, "offers">): readonly v1.Resource[] {
  const copies = new SharedCopies();
  const added = offers.map(({ agentId, resources }) => copies.firstOf(agentId, resources));
  return Resources.sum(added).toWire("endpoint");
}
