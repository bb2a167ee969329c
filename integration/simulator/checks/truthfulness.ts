import type { MasterToAgent } from "../../../core/protocol/agent-protocol.js";
import type { scheduler, v1 } from "../../../core/protocol/v1.js";
import type { SimulatedRegistry } from "../simulated-registry.js";
import { hold } from "./hold.js";
import type { Placements } from "./placements.js";

/** The registry comes first: no agent is told that it is registered before the next leader would know it. */
export function checkAdmission(registry: SimulatedRegistry, message: MasterToAgent): void {
  if (message.type !== "AGENT_REGISTERED" && message.type !== "AGENT_REREGISTERED") return;
  const { agentId } = message;
  hold(
    registry.has("agents", agentId) && !registry.has("unreachable", agentId),
    "an agent is admitted before the registry knows",
    () => ({ agentId }),
  );
}

/** Nor is a task said to be unreachable before the registry says so of its agent. */
export function checkLoss(registry: SimulatedRegistry, { update }: scheduler.Event): void {
  if (update?.status.state !== "TASK_UNREACHABLE") return;
  const agentId = update.status.agent_id?.value ?? "";
  hold(registry.has("unreachable", agentId), "an agent is lost before the registry knows", () => ({
    agentId,
  }));
}

/** What a scheduler is told of a task is true as far as anybody can see from outside. */
export function checkStatus(
  { task_id, state, reason, source, message }: v1.TaskStatus,
  placements: Placements,
): void {
  const taskId = task_id.value;
  const isGone = state === "TASK_GONE" || state === "TASK_UNKNOWN";
  const isAnswer = source === "SOURCE_MASTER" && reason === "REASON_RECONCILIATION";
  hold(
    !(isGone && isAnswer && placements.tasks.has(taskId)),
    "a task that runs is said not to be there",
    () => ({ taskId, state }),
  );
  hold(state !== "TASK_ERROR", "a task is refused", () => ({ taskId, reason, message }));
}
