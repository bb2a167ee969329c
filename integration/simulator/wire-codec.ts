import type { AgentToMaster, MasterToAgent } from "../../core/protocol/agent-protocol.js";
import {
  checkAgentToMaster,
  checkMasterToAgent,
} from "../../core/protocol/agent-protocol-schema.js";
import type { MessageCodec } from "../../core/protocol/codec.js";
import {
  executorCall,
  executorEvent,
  schedulerCall,
  schedulerEvent,
} from "../../core/protocol/codecs.js";
import type { MessageName } from "../../core/protocol/plan.js";
import type { executor, scheduler } from "../../core/protocol/v1.js";
import {
  decodeFrame,
  encodeFrame,
  type Message,
} from "../../modules/support/websocket/frame-codec.js";

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

/** Sends every message through the codecs that it meets in production, and through their validation. */
export function realCodec(encoding: "json" | "protobuf"): WireCodec {
  const through =
    <N extends MessageName>(codec: MessageCodec<N>) =>
    (message: ReturnType<MessageCodec<N>["check"]>): ReturnType<MessageCodec<N>["check"]> =>
      encoding === "json"
        ? codec.parseJson(codec.toJson(message))
        : codec.decodeProtobuf(codec.encodeProtobuf(message));
  return {
    agentToMaster: (message) => checkAgentToMaster(throughFrame(message)),
    masterToAgent: (message) => checkMasterToAgent(throughFrame(message)),
    schedulerCall: through(schedulerCall),
    schedulerEvent: through(schedulerEvent),
    executorCall: through(executorCall),
    executorEvent: through(executorEvent),
  };
}

function throughFrame(message: Message): unknown {
  return decodeFrame(encodeFrame(1, [message])).messages[0];
}
