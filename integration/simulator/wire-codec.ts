import type { AgentToMaster, MasterToAgent } from "../../core/protocol/agent-protocol.js";
import type { executor, scheduler } from "../../core/protocol/v1.js";

/** What happens to a message between two processes: encoded and decoded again, or handed over as it is. */
export interface WireCodec {
  agentToMaster(message: AgentToMaster): AgentToMaster;
  masterToAgent(message: MasterToAgent): MasterToAgent;
  schedulerCall(call: scheduler.Call): scheduler.Call;
  schedulerEvent(event: scheduler.Event): scheduler.Event;
  executorCall(call: executor.Call): executor.Call;
  executorEvent(event: executor.Event): executor.Event;
}

/** Hands every message over as it is. */
export const noCodec: WireCodec = {
  agentToMaster: (message) => message,
  masterToAgent: (message) => message,
  schedulerCall: (call) => call,
  schedulerEvent: (event) => event,
  executorCall: (call) => call,
  executorEvent: (event) => event,
};
