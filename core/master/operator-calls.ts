import type { FrameworkRemoval } from "./framework-removal.js";
import type { MasterContext } from "./master-context.js";
import type { MasterInput } from "./master-io.js";
import type { OperatorOperations } from "./operator-operations.js";
import type { Quotas } from "./quotas.js";
import type { Weights } from "./weights.js";

type OperatorCall = Extract<MasterInput, { type: "OPERATOR_CALL" }>;

type CallType = NonNullable<OperatorCall["call"]["type"]>;

const IMPLEMENTED: ReadonlySet<CallType> = new Set<CallType>([
  "TEARDOWN",
  "UPDATE_QUOTA",
  "SET_QUOTA",
  "REMOVE_QUOTA",
  "UPDATE_WEIGHTS",
  "RESERVE_RESOURCES",
  "UNRESERVE_RESOURCES",
  "CREATE_VOLUMES",
  "DESTROY_VOLUMES",
  "GROW_VOLUME",
  "SHRINK_VOLUME",
]);

export interface OperatorCallParts {
  readonly removal: FrameworkRemoval;
  readonly operations: OperatorOperations;
  readonly quotas: Quotas;
  readonly weights: Weights;
}

/** The calls of the operator API that change something; reading ones are views. */
export class OperatorCalls {
  constructor(
    private readonly context: MasterContext,
    private readonly parts: OperatorCallParts,
  ) {}

  onCall({ call, request, principal }: OperatorCall): void {
    const { operations, quotas, weights } = this.parts;
    const { type, update_quota, set_quota, remove_quota, update_weights, teardown } = call;
    if (type === "TEARDOWN" && teardown !== undefined)
      return this.tearDown(request, teardown.framework_id.value);
    if (type === "UPDATE_QUOTA" && update_quota !== undefined)
      return quotas.onUpdate(
        request,
        update_quota.quota_configs ?? [],
        update_quota.force ?? false,
      );
    if (type === "SET_QUOTA" && set_quota !== undefined)
      return quotas.onSet(request, set_quota.quota_request);
    if (type === "REMOVE_QUOTA" && remove_quota !== undefined)
      return quotas.onRemove(request, remove_quota.role);
    if (type === "UPDATE_WEIGHTS" && update_weights !== undefined)
      return weights.onUpdate(request, update_weights.weight_infos ?? []);
    if (operations.onCall(request, call, principal)) return;
    this.refuse(request, type ?? "UNKNOWN");
  }

  private refuse(request: OperatorCall["request"], type: CallType): void {
    if (IMPLEMENTED.has(type))
      this.context.respond(request, 400, `${type.toLowerCase()}: required by ${type}`);
    else this.context.respond(request, 501, `${type} is not implemented`);
  }

  private tearDown(request: OperatorCall["request"], id: string): void {
    const { context } = this;
    const framework = context.state.frameworks.get(id);
    if (framework === undefined)
      return context.respond(request, 400, `No framework found with ID '${id}'`);
    this.parts.removal.remove(framework, "torn down by an operator");
    context.respond(request, 200);
  }
}
