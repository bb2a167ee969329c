import type { AgentToMaster } from "../../core/protocol/agent-protocol.js";
import type { v1 } from "../../core/protocol/v1.js";
import { launch, MasterHarness, task } from "./master-harness.js";

export const statusUuid = "AAAAAAAAAAAAAAAAAAAAAA==";
export const partitionAware = { capabilities: [{ type: "PARTITION_AWARE" as const }] };

/** What an agent says of a task, to be acknowledged. */
export function update(
  agentId: string,
  frameworkId: string,
  taskId: string,
  state: v1.TaskState,
): AgentToMaster {
  const status = {
    task_id: { value: taskId },
    agent_id: { value: agentId },
    state,
    uuid: statusUuid,
  };
  return { type: "STATUS_UPDATE", agentId, update: { frameworkId, status, latestState: state } };
}

/** A task as an agent brings it along. */
export function wireTask(frameworkId: string, more: Partial<v1.Task> = {}): v1.Task {
  return {
    name: "t1",
    task_id: { value: "t1" },
    framework_id: { value: frameworkId },
    agent_id: { value: "S" },
    state: "TASK_RUNNING",
    ...more,
  };
}

/** A master with one agent, one framework and one task that runs on it. */
export function running(
  info: Partial<v1.FrameworkInfo> = {},
  options: ConstructorParameters<typeof MasterHarness>[0] = {},
) {
  const harness = new MasterHarness(options);
  const agentId = harness.registerAgent("a1");
  const frameworkId = harness.subscribe("s1", { failover_timeout: 60, ...info });
  const offerId = harness.offer("s1", frameworkId, agentId, "cpus:2;mem:256");
  harness.call("s1", frameworkId, launch([offerId], task("t1", agentId)));
  harness.fromAgent("a1", update(agentId, frameworkId, "t1", "TASK_RUNNING"));
  harness.takeEvents("s1");
  harness.takeSent("a1");
  harness.allocator.recovered.length = 0;
  return { harness, agentId, frameworkId };
}
