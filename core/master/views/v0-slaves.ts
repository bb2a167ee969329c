import { type Lazy, lazily } from "../../protocol/v0/lazy.js";
import {
  reservedByRole,
  unreservedOf,
  v0Attributes,
  v0ReservedResources,
  v0Resources,
  v0ResourcesOf,
} from "../../protocol/v0/v0-resources.js";
import { capabilityNames } from "../../protocol/v0/v0-task.js";
import type { MasterState } from "../master-state.js";
import { agentPid } from "./addresses.js";
import { addedBy, holdingsOf } from "./holdings.js";
import { type AgentSnapshot, snapshotAgent, snapshotAgents } from "./snapshots.js";
import { offeredBy, sumOf } from "./v1-agents.js";

/** `/slaves`, of all agents or of one. */
export function v0Slaves(state: MasterState, agentId: string | undefined): object {
  const one = agentId === undefined ? undefined : state.agents.get(agentId);
  const shown =
    agentId === undefined ? snapshotAgents(state) : one === undefined ? [] : [snapshotAgent(one)];
  return {
    slaves: lazily(shown, v0FullSlave),
    recovered_slaves: v0RecoveredSlaves(state).filter(
      ({ id }) => agentId === undefined || id === agentId,
    ),
  };
}

/** The slaves of `/state`. */
export function v0SlaveList(state: MasterState): readonly Lazy<AgentSnapshot>[] {
  return lazily(snapshotAgents(state), v0Slave);
}

/** Agents that an earlier leader admitted and that have not come back yet. */
export function v0RecoveredSlaves(
  state: MasterState,
): readonly { readonly id: string; readonly hostname: string; readonly port: number }[] {
  return Array.from(state.recoveredAgents, ([id, info]) => ({
    id,
    hostname: info.hostname,
    port: info.port ?? 5051,
    attributes: v0Attributes(info.attributes),
    resources: v0Resources(info.resources),
    ...(info.domain !== undefined && { domain: info.domain }),
  }));
}

export function v0Slave(agent: AgentSnapshot): object {
  const { info, reregisteredTimeMs } = agent;
  const total = agent.total.toWire();
  return {
    id: agent.id,
    hostname: info.hostname,
    port: info.port ?? 5051,
    attributes: v0Attributes(info.attributes),
    ...(info.domain !== undefined && { domain: info.domain }),
    pid: agentPid(agent),
    registered_time: agent.registeredTimeMs / 1000,
    ...(reregisteredTimeMs !== undefined && { reregistered_time: reregisteredTimeMs / 1000 }),
    resources: v0Resources(total),
    used_resources: v0ResourcesOf(addedBy(agent.used)),
    offered_resources: v0ResourcesOf(addedBy(holdingsOf(agent.offers))),
    reserved_resources: v0ReservedResources(total),
    unreserved_resources: v0Resources(unreservedOf(total)),
    active: agent.active,
    deactivated: agent.deactivated,
    version: agent.version,
    capabilities: capabilityNames(agent.capabilities),
  };
}

function v0FullSlave(agent: AgentSnapshot): object {
  const total = agent.total.toWire("endpoint");
  return {
    ...v0Slave(agent),
    reserved_resources_full: reservedByRole(total),
    unreserved_resources_full: unreservedOf(total),
    used_resources_full: sumOf(agent.used),
    offered_resources_full: offeredBy(agent),
  };
}
