import type { AgentId } from "../../base/ids.js";
import type { v1 } from "../../protocol/v1.js";
import { Resources } from "../../resources/resources.js";
import { SharedCopies } from "../../resources/shared-copies.js";
import type { Framework, Offer } from "../master-state.js";

/** What a task, an executor or an offer holds, and where. */
export type Holding = Pick<v1.Task, "agent_id" | "resources">;

/** What each of them adds to what is held: nothing for a shared volume that one before it holds as well. */
export function addedBy(holdings: readonly Holding[]): readonly (readonly v1.Resource[])[] {
  const copies = new SharedCopies();
  return holdings.map(({ agent_id, resources = [] }) =>
    copies.firstOfWire(agent_id.value, resources),
  );
}

/** Of executors, which are kept as they stand on the wire: every answer asks for the resources of all of them. */
const parsed = new WeakMap<v1.ExecutorInfo, Resources>();

function resourcesOf(executor: v1.ExecutorInfo): Resources {
  const known = parsed.get(executor);
  if (known !== undefined) return known;
  const resources = Resources.fromWire(executor.resources);
  parsed.set(executor, resources);
  return resources;
}

/** What a framework's tasks and executors hold now. */
export function* heldBy({
  tasks,
  executors,
}: Framework): Iterable<{ readonly agentId: AgentId; readonly resources: Resources }> {
  for (const task of tasks.values()) if (!task.terminated) yield task;
  for (const [agentId, ofAgent] of executors)
    for (const executor of ofAgent.values()) yield { agentId, resources: resourcesOf(executor) };
}

export function holdingsOf(offers: readonly Offer[]): readonly Holding[] {
  return offers.map(({ agentId, resources }) => ({
    agent_id: { value: agentId },
    resources: resources.toWire(),
  }));
}
