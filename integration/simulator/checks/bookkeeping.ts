import type { AgentId, FrameworkId } from "../../../core/base/ids.js";
import type { Agent, MasterState } from "../../../core/master/master-state.js";
import { Resources } from "../../../core/resources/resources.js";
import { coversHeld } from "./covers-held.js";
import { hold } from "./hold.js";
import type { AuditedAllocator } from "./audited-allocator.js";

/**
 * I3: what a master's tasks, executors and offers hold on each agent is within what the agent has, and is what its
 * allocator was told. Also that the indexes of the master's state agree with each other.
 */
export function checkBookkeeping(state: MasterState, books: AuditedAllocator): void {
  checkIndexes(state);
  for (const agent of state.agents.values()) checkAgent(agent, books);
  for (const agentId of books.agentIds)
    hold(state.agents.has(agentId), "the allocator knows an agent the master does not", () => ({
      agentId,
    }));
  for (const frameworkId of books.frameworkIds)
    hold(state.frameworks.has(frameworkId), "the allocator knows a framework of its own", () => ({
      frameworkId,
    }));
}

function checkAgent(agent: Agent, books: AuditedAllocator): void {
  const agentId = agent.id;
  hold(agent.active || agent.offers.size === 0, "an agent that is not active is offered", () => ({
    agentId,
  }));
  const held = heldOn(agent);
  const sum = Resources.sum([...held.values()].map((resources) => resources.unallocate()));
  hold(coversHeld(agent.total, sum), "more is held on an agent than it has", () => ({
    agentId,
    total: agent.total.toString(),
    held: sum.toString(),
  }));
  for (const frameworkId of new Set([...held.keys(), ...books.holdersOn(agentId)])) {
    const known = held.get(frameworkId) ?? Resources.empty;
    const told = books.usedOn(agentId, frameworkId);
    hold(known.equals(told), "master and allocator disagree on what a framework holds", () => ({
      agentId,
      frameworkId,
      master: known.toString(),
      allocator: told.toString(),
    }));
  }
  const total = books.totalOf(agentId);
  hold(total?.equals(agent.total), "master and allocator disagree on what an agent has", () => ({
    agentId,
    master: agent.total.toString(),
    allocator: total?.toString(),
  }));
}

function heldOn(agent: Agent): Map<FrameworkId, Resources> {
  const held = new Map<FrameworkId, Resources>();
  const add = (frameworkId: FrameworkId, resources: Resources): void => {
    held.set(frameworkId, (held.get(frameworkId) ?? Resources.empty).plus(resources));
  };
  for (const [frameworkId, tasks] of agent.tasks)
    for (const task of tasks.values()) if (!task.terminated) add(frameworkId, task.resources);
  for (const [frameworkId, executors] of agent.executors)
    for (const { resources } of executors.values()) add(frameworkId, Resources.fromWire(resources));
  for (const offer of agent.offers.values()) add(offer.frameworkId, offer.resources);
  return held;
}

function checkIndexes(state: MasterState): void {
  let [onAgents, ofFrameworks] = [0, 0];
  for (const agent of state.agents.values()) {
    for (const offer of agent.offers.values())
      hold(state.offers.get(offer.id) === offer, "an agent keeps an offer that is no more", () => ({
        offerId: offer.id,
      }));
    for (const [frameworkId, tasks] of agent.tasks)
      for (const task of tasks.values()) {
        onAgents++;
        const known = state.frameworks.get(frameworkId)?.tasks.get(task.taskId);
        hold(known === task, "an agent's task is not its framework's", () => ({
          taskId: task.taskId,
        }));
      }
  }
  for (const framework of state.frameworks.values()) {
    for (const task of framework.tasks.values()) {
      ofFrameworks++;
      checkHolder(state, task.agentId, task.taskId);
    }
    for (const offer of framework.offers.values())
      hold(
        state.offers.get(offer.id) === offer,
        "a framework keeps an offer that is no more",
        () => ({
          offerId: offer.id,
        }),
      );
  }
  hold(
    onAgents === ofFrameworks,
    "agents and frameworks disagree on how many tasks there are",
    () => ({
      onAgents,
      ofFrameworks,
    }),
  );
  for (const { id, agentId, frameworkId } of state.offers.values()) {
    hold(state.agents.get(agentId)?.offers.has(id), "an offer of no agent", () => ({ id }));
    hold(state.frameworks.get(frameworkId)?.offers.has(id), "an offer to nobody", () => ({ id }));
  }
}

function checkHolder(state: MasterState, agentId: AgentId, taskId: string): void {
  hold(state.agents.has(agentId), "a task is on an agent that is not there", () => ({
    agentId,
    taskId,
  }));
}
