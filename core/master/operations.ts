import { assert } from "../base/assert.js";
import type { AgentId, FrameworkId } from "../base/ids.js";
import { uuidBytes } from "../base/random.js";
import type { AgentToMaster } from "../protocol/agent-protocol.js";
import { type Base64, toBase64 } from "../protocol/base64.js";
import type { scheduler, v1 } from "../protocol/v1.js";
import { applyConversions, conversionsOf, unallocated } from "../resources/conversions.js";
import { Resources } from "../resources/resources.js";
import type { MasterContext } from "./master-context.js";
import type { Agent, Framework, OperationRecord } from "./master-state.js";
import { toFrameworkResources } from "./resource-format.js";

type StatusUpdate = Extract<AgentToMaster, { type: "OPERATION_STATUS_UPDATE" }>;

const TERMINAL: ReadonlySet<v1.OperationState> = new Set<v1.OperationState>([
  "OPERATION_FINISHED",
  "OPERATION_FAILED",
  "OPERATION_ERROR",
  "OPERATION_DROPPED",
]);

/**
 * Operations on agents' own resources. They are speculative: the master applies them at once and tells the agent, which
 * carries them out in the order in which it hears of them, and reports each until that is acknowledged: by the framework
 * that gave the operation an id, else by the master itself.
 */
export class Operations {
  constructor(private readonly context: MasterContext) {}

  /** Presupposes a valid operation whose resources the agent has; nothing about it can fail any more. */
  apply(agent: Agent, framework: Framework | undefined, info: v1.Offer.Operation): void {
    const { context } = this;
    const total = applyConversions(agent.total, unallocated(conversionsOf(info)));
    assert(total !== undefined, "an operation on resources the agent does not have", {
      agentId: agent.id,
    });
    agent.total = total;
    const uuid = toBase64(uuidBytes(context.random));
    const record: OperationRecord = {
      uuid,
      agentId: agent.id,
      frameworkId: framework?.id,
      wire: {
        ...(framework && { framework_id: { value: framework.id } }),
        agent_id: { value: agent.id },
        info,
        latest_status: {
          ...(info.id && { operation_id: info.id }),
          state: "OPERATION_PENDING",
          agent_id: { value: agent.id },
        },
        uuid: { value: uuid },
      },
    };
    link(agent, framework, record);
    context.send(agent, {
      type: "APPLY_OPERATION",
      ...(framework && { frameworkId: framework.id }),
      operation: info,
      operationUuid: uuid,
      resourceVersion: agent.resourceVersion,
    });
  }

  onStatusUpdate(agent: Agent, { operationUuid, status, frameworkId }: StatusUpdate): void {
    const { context } = this;
    context.count("messages_operation_status_update");
    const record = agent.operations.get(operationUuid);
    if (record !== undefined) this.record(agent, record, status);
    const framework = context.state.frameworks.get(frameworkId ?? "");
    if (framework !== undefined && status.operation_id !== undefined) {
      context.count("valid_operation_status_updates");
      return this.tell(framework, status);
    }
    if (status.operation_id !== undefined && this.mayComeBack(frameworkId)) return;
    // Nobody else is there to acknowledge it.
    this.acknowledge(agent, operationUuid, status.uuid?.value);
    if (record !== undefined && TERMINAL.has(status.state)) this.forget(agent, record);
  }

  /** An agent repeats a status until it is acknowledged. */
  private record(agent: Agent, record: OperationRecord, status: v1.OperationStatus): void {
    const { latest_status } = record.wire;
    if (status.uuid !== undefined && latest_status.uuid?.value === status.uuid.value) return;
    record.wire = withStatus(record.wire, status);
    const isRefused = TERMINAL.has(status.state) && status.state !== "OPERATION_FINISHED";
    if (latest_status.state !== "OPERATION_PENDING" || !isRefused) return;
    // What was taken for granted has not happened. When the agent registers again, what it has is what counts.
    const message = `operation ${record.uuid} has come to ${status.state}`;
    this.context.log("error", "agent and master disagree", { agentId: agent.id, message });
    if (agent.connection !== undefined)
      this.context.push({
        type: "DISCONNECT",
        connection: agent.connection,
        reason: "GOING_AWAY",
        message,
      });
  }

  /**
   * After a change of leaders agents may be here before their frameworks; an agent repeats what is not acknowledged. A
   * framework that the new leader has not heard of for as long as agents have to come back was removed before its time.
   */
  private mayComeBack(frameworkId: FrameworkId | undefined): boolean {
    const { state, settings, nowMs } = this.context;
    if (frameworkId === undefined || state.completedFrameworks.has(frameworkId)) return false;
    if (state.frameworks.has(frameworkId)) return true;
    return nowMs - (state.electedTimeMs ?? nowMs) < settings.agentReregisterTimeoutMs;
  }

  /** ACKNOWLEDGE_OPERATION_STATUS: passed on to the agent; a terminal status that is acknowledged ends the operation. */
  onAcknowledge(
    framework: Framework,
    { agent_id, uuid, operation_id }: scheduler.Call.AcknowledgeOperationStatus,
  ): void {
    const { context } = this;
    context.count("messages_operation_status_update_acknowledgement");
    const agent = context.state.agents.get(agent_id?.value ?? "");
    const record = agent && operationOf(agent, framework, { id: operation_id.value, uuid });
    if (agent === undefined || record === undefined) {
      context.count("invalid_operation_status_update_acknowledgements");
      return;
    }
    context.count("valid_operation_status_update_acknowledgements");
    this.acknowledge(agent, record.uuid, uuid);
    const { state, uuid: latest } = record.wire.latest_status;
    if (TERMINAL.has(state) && latest?.value === uuid) this.forget(agent, record);
  }

  private acknowledge(agent: Agent, operationUuid: Base64, statusUuid: Base64 | undefined): void {
    if (statusUuid === undefined) return;
    this.context.send(agent, { type: "ACKNOWLEDGE_OPERATION_STATUS", operationUuid, statusUuid });
  }

  private forget(agent: Agent, record: OperationRecord): void {
    agent.operations.delete(record.uuid);
    this.context.state.frameworks.get(record.frameworkId ?? "")?.operations.delete(record.uuid);
  }

  /** An agent that is back names what it has applied; what it does not name has never reached it. */
  merge(agent: Agent, operations: readonly v1.Operation[]): void {
    const named = new Set(operations.map(({ uuid }) => uuid.value));
    for (const record of [...agent.operations.values()])
      if (!named.has(record.uuid))
        this.end(agent, record, "OPERATION_DROPPED", "The operation did not reach the agent");
    for (const wire of operations) {
      if (agent.operations.has(wire.uuid.value)) continue;
      const frameworkId = wire.framework_id?.value;
      const framework = this.context.state.frameworks.get(frameworkId ?? "");
      link(agent, framework, { uuid: wire.uuid.value, agentId: agent.id, frameworkId, wire });
    }
  }

  /** Best effort, as in Mesos: the framework reconciles what it does not hear. */
  onAgentLost(agent: Agent, state: v1.OperationState, message: string): void {
    for (const record of [...agent.operations.values()]) this.end(agent, record, state, message);
  }

  private end(
    agent: Agent,
    record: OperationRecord,
    state: v1.OperationState,
    message: string,
  ): void {
    this.forget(agent, record);
    const framework = this.context.state.frameworks.get(record.frameworkId ?? "");
    const { id } = record.wire.info;
    if (framework === undefined || id === undefined) return;
    this.tell(framework, { operation_id: id, state, message, agent_id: { value: agent.id } });
  }

  onFrameworkRemoved(framework: Framework): void {
    for (const { agentId, uuid } of framework.operations.values())
      this.context.state.agents.get(agentId)?.operations.delete(uuid);
    framework.operations.clear();
  }

  onReconcile(framework: Framework, { operations }: scheduler.Call.ReconcileOperations): void {
    this.context.count("messages_reconcile_operations");
    const known = new Map<string, OperationRecord>();
    for (const record of framework.operations.values())
      if (record.wire.info.id !== undefined) known.set(record.wire.info.id.value, record);
    if (operations === undefined || operations.length === 0) {
      for (const { wire } of known.values()) this.answer(framework, wire.latest_status);
      return;
    }
    for (const { operation_id, agent_id } of operations) {
      const status = known.get(operation_id.value)?.wire.latest_status ?? {
        operation_id,
        state: this.unknownState(agent_id?.value),
        ...(agent_id !== undefined && { agent_id }),
      };
      this.answer(framework, status);
    }
  }

  /** An answer has no uuid: it is not to be acknowledged. */
  private answer(framework: Framework, { uuid: _uuid, ...status }: v1.OperationStatus): void {
    this.tell(framework, status);
  }

  private tell(framework: Framework, status: v1.OperationStatus): void {
    const { converted_resources } = status;
    const converted = converted_resources && {
      converted_resources: toFrameworkResources(framework, Resources.fromWire(converted_resources)),
    };
    this.context.event(framework, {
      type: "UPDATE_OPERATION_STATUS",
      update_operation_status: { status: { ...status, ...converted } },
    });
  }

  private unknownState(agentId: AgentId | undefined): v1.OperationState {
    const { recoveredAgents, unreachableAgents, goneAgents } = this.context.state;
    if (agentId === undefined ? recoveredAgents.size > 0 : recoveredAgents.has(agentId))
      return "OPERATION_RECOVERING";
    if (agentId !== undefined && unreachableAgents.has(agentId)) return "OPERATION_UNREACHABLE";
    if (agentId !== undefined && goneAgents.has(agentId)) return "OPERATION_GONE_BY_OPERATOR";
    return "OPERATION_UNKNOWN";
  }
}

/** The framework's operation of that id on an agent; should it have given the id twice, the one that waits for `uuid`. */
function operationOf(
  agent: Agent,
  framework: Framework,
  { id, uuid }: { readonly id: string; readonly uuid: Base64 },
): OperationRecord | undefined {
  let found: OperationRecord | undefined;
  for (const record of agent.operations.values()) {
    if (record.frameworkId !== framework.id || record.wire.info.id?.value !== id) continue;
    if (record.wire.latest_status.uuid?.value === uuid) return record;
    found = record;
  }
  return found;
}

function link(agent: Agent, framework: Framework | undefined, record: OperationRecord): void {
  agent.operations.set(record.uuid, record);
  framework?.operations.set(record.uuid, record);
}

function withStatus(wire: v1.Operation, status: v1.OperationStatus): v1.Operation {
  return { ...wire, latest_status: status, statuses: [...(wire.statuses ?? []), status] };
}
