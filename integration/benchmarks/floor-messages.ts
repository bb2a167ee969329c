import type { AgentToMaster, MasterToAgent } from "../../core/protocol/agent-protocol.js";

const AGENT_ID = "5c1c9f1e-2f1e-4d4e-9d0e-1c2d3e4f5a6b-S17";
const FRAMEWORK_ID = "5c1c9f1e-2f1e-4d4e-9d0e-1c2d3e4f5a6b-0001";
const UUID = "3q2+78r+ur4AAAAAAAAAAA==";

/** What an agent reports for every task, as an executor makes it. */
export function statusUpdate(number: number): AgentToMaster {
  return {
    type: "STATUS_UPDATE",
    agentId: AGENT_ID,
    update: {
      frameworkId: FRAMEWORK_ID,
      executorId: `task-${number}`,
      status: {
        task_id: { value: `task-${number}` },
        state: "TASK_RUNNING",
        source: "SOURCE_EXECUTOR",
        agent_id: { value: AGENT_ID },
        timestamp: 1_700_000_000.5 + number,
        uuid: UUID,
      },
      latestState: "TASK_RUNNING",
    },
  };
}

export function acknowledgement(taskId: string): MasterToAgent {
  return { type: "ACKNOWLEDGE_STATUS_UPDATE", frameworkId: FRAMEWORK_ID, taskId, uuid: UUID };
}
