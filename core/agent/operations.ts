import type { MasterToAgent, ReconcileOperation } from "../protocol/agent-protocol.js";
import type { AgentContext } from "./agent-context.js";

/** Offer operations on the agent's resources. None is carried out yet: each is answered as dropped. */
export class Operations {
  constructor(private readonly context: AgentContext) {}

  onApply(message: Extract<MasterToAgent, { type: "APPLY_OPERATION" }>): void {
    const { frameworkId, operationUuid, operation } = message;
    this.drop({
      ...(frameworkId !== undefined && { frameworkId }),
      operationUuid,
      ...(operation.id && { operationId: operation.id }),
    });
  }

  onReconcile(operations: readonly ReconcileOperation[]): void {
    for (const operation of operations) this.drop(operation);
  }

  private drop({ frameworkId, operationUuid, operationId }: ReconcileOperation): void {
    const { agentId } = this.context;
    this.context.send({
      type: "OPERATION_STATUS_UPDATE",
      agentId,
      ...(frameworkId !== undefined && { frameworkId }),
      operationUuid,
      status: {
        ...(operationId && { operation_id: operationId }),
        state: "OPERATION_DROPPED",
        message: "This agent does not know the operation",
        uuid: { value: this.context.uuid() },
        agent_id: { value: agentId },
      },
    });
  }
}
