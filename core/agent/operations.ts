import type { FrameworkId, Ticket } from "../base/ids.js";
import type { CheckpointRecord } from "../contracts/checkpoint-store.js";
import type { MasterToAgent, ReconcileOperation } from "../protocol/agent-protocol.js";
import type { Base64 } from "../protocol/base64.js";
import type { v1 } from "../protocol/v1.js";
import { conversionsOf, unallocated } from "../resources/conversions.js";
import { Resources } from "../resources/resources.js";
import type { AgentContext } from "./agent-context.js";
import type { AgentTimer } from "./agent-io.js";
import type { AgentResources } from "./agent-resources.js";
import type { Operation } from "./agent-state.js";
import type { Checkpoints } from "./checkpoints.js";

type ApplyOperation = Extract<MasterToAgent, { type: "APPLY_OPERATION" }>;
type AcknowledgeOperation = Extract<MasterToAgent, { type: "ACKNOWLEDGE_OPERATION_STATUS" }>;

const MIN_RETRY_DELAY_MS = 10_000;
const MAX_RETRY_DELAY_MS = 600_000;
const RECORDS = "operations/";

export interface OperationsParts {
  readonly context: AgentContext;
  readonly checkpoints: Checkpoints;
  readonly resources: AgentResources;
}

/**
 * Operations on the agent's resources. Each is applied at once, in the order of arrival. Its outcome is reported once
 * that is durable, and until it is acknowledged: again after ten seconds (doubling up to ten minutes), and at once when
 * the agent has registered, in this process or the next, or the framework has subscribed anew.
 */
export class Operations {
  private readonly context: AgentContext;

  constructor(private readonly parts: OperationsParts) {
    this.context = parts.context;
  }

  /** Takes up what the last process has not seen acknowledged; an agent that gets a new id has nothing to report. */
  recover(records: ReadonlyMap<string, unknown>): void {
    const { info, operations } = this.context.state;
    const found = [...records].filter(([key]) => key.startsWith(RECORDS));
    if (info.id === undefined) {
      const obsolete = found.map(([key]) => ({ key, value: undefined }));
      if (obsolete.length > 0) this.parts.checkpoints.write(obsolete);
      return;
    }
    for (const [, value] of found) {
      const wire = value as v1.Operation;
      operations.set(wire.uuid.value, newOperation(wire, wire.latest_status, undefined));
    }
  }

  onApply(message: ApplyOperation): void {
    const { frameworkId, operationUuid, operation: info } = message;
    const { agentId, state } = this.context;
    if (state.operations.has(operationUuid)) {
      this.context.log("warn", "ignoring an operation that is here already", { operationUuid });
      return;
    }
    const agent_id = { value: agentId };
    const wire: v1.Operation = {
      ...(frameworkId !== undefined && { framework_id: { value: frameworkId } }),
      agent_id,
      info,
      latest_status: this.status(info.id, "OPERATION_PENDING"),
      uuid: { value: operationUuid },
    };
    state.operations.set(operationUuid, this.apply(wire));
  }

  onAcknowledge({ operationUuid, statusUuid }: AcknowledgeOperation): void {
    const { operations } = this.context.state;
    if (operations.get(operationUuid)?.outcome.uuid?.value !== statusUuid) return;
    operations.delete(operationUuid);
    this.parts.checkpoints.write([{ key: RECORDS + operationUuid, value: undefined }]);
  }

  onCheckpointed(ticket: Ticket): void {
    for (const operation of this.context.state.operations.values()) {
      if (operation.ticket !== ticket) continue;
      operation.ticket = undefined;
      operation.wire = concluded(operation.wire, operation.outcome);
      this.send(operation, MIN_RETRY_DELAY_MS);
    }
  }

  onRetry({ operationUuid, generation }: AgentTimer & { type: "OPERATION_STATUS_RETRY" }): void {
    const operation = this.context.state.operations.get(operationUuid);
    if (operation?.generation !== generation) return;
    this.send(operation, Math.min(operation.retryDelayMs * 2, MAX_RETRY_DELAY_MS));
  }

  /** Sends what the master may not have, once the agent has registered. */
  resume(): void {
    for (const operation of this.context.state.operations.values()) {
      this.send(operation, MIN_RETRY_DELAY_MS);
    }
  }

  /** Sends what a framework has not acknowledged again: it may have failed over to a scheduler that never heard of it. */
  resend(frameworkId: FrameworkId): void {
    for (const operation of this.context.state.operations.values()) {
      if (operation.wire.framework_id?.value !== frameworkId) continue;
      this.send(operation, MIN_RETRY_DELAY_MS);
    }
  }

  onReconcile(asked: readonly ReconcileOperation[]): void {
    for (const { frameworkId, operationUuid, operationId } of asked) {
      const operation = this.context.state.operations.get(operationUuid);
      if (operation) {
        this.send(operation, MIN_RETRY_DELAY_MS);
        continue;
      }
      const status = this.outcome(operationId, {
        state: "OPERATION_DROPPED",
        message: "This agent does not know the operation",
      });
      this.tell(frameworkId, operationUuid, status);
    }
  }

  private apply(wire: v1.Operation): Operation {
    const { resources, checkpoints } = this.parts;
    const conversions = unallocated(conversionsOf(wire.info));
    const converted = Resources.sum(conversions.map((one) => one.converted)).toWire();
    const finished = this.outcome(wire.info.id, {
      state: "OPERATION_FINISHED",
      converted_resources: converted,
    });
    const ticket =
      conversions.length === 0
        ? undefined
        : resources.convert(conversions, [recordOf(wire, finished)]);
    if (ticket !== undefined) return newOperation(wire, finished, ticket);
    const dropped = this.outcome(wire.info.id, {
      state: "OPERATION_DROPPED",
      message: `${wire.info.type ?? "UNKNOWN"} does not fit the agent's resources, ${this.context.state.total.toString()}`,
    });
    return newOperation(wire, dropped, checkpoints.write([recordOf(wire, dropped)]));
  }

  private send(operation: Operation, retryDelayMs: number): void {
    const { wire, outcome, ticket } = operation;
    if (ticket !== undefined || !this.context.registered) return;
    const operationUuid = wire.uuid.value;
    this.tell(wire.framework_id?.value, operationUuid, outcome);
    operation.retryDelayMs = retryDelayMs;
    const generation = ++operation.generation;
    this.context.timer({ type: "OPERATION_STATUS_RETRY", operationUuid, generation }, retryDelayMs);
  }

  private tell(
    frameworkId: FrameworkId | undefined,
    operationUuid: Base64,
    status: v1.OperationStatus,
  ): void {
    this.context.send({
      type: "OPERATION_STATUS_UPDATE",
      agentId: this.context.agentId,
      ...(frameworkId !== undefined && { frameworkId }),
      operationUuid,
      status,
    });
  }

  /** A status that has to be acknowledged. */
  private outcome(
    operationId: v1.OperationID | undefined,
    status: Pick<v1.OperationStatus, "state" | "message" | "converted_resources">,
  ): v1.OperationStatus {
    const uuid = { value: this.context.uuid() };
    return { ...this.status(operationId, status.state), ...status, uuid };
  }

  private status(
    operationId: v1.OperationID | undefined,
    state: v1.OperationState,
  ): v1.OperationStatus {
    const agent_id = { value: this.context.agentId };
    return { ...(operationId && { operation_id: operationId }), state, agent_id };
  }
}

function newOperation(
  wire: v1.Operation,
  outcome: v1.OperationStatus,
  ticket: Ticket | undefined,
): Operation {
  return { wire, outcome, ticket, generation: 0, retryDelayMs: MIN_RETRY_DELAY_MS };
}

/** The operation as it is once it is over. */
function concluded(wire: v1.Operation, outcome: v1.OperationStatus): v1.Operation {
  return { ...wire, latest_status: outcome, statuses: [outcome] };
}

function recordOf(wire: v1.Operation, outcome: v1.OperationStatus): CheckpointRecord {
  return { key: RECORDS + wire.uuid.value, value: concluded(wire, outcome) };
}
