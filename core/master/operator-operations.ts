import type { RequestId } from "../base/ids.js";
import type { Principal } from "../contracts/principal.js";
import type { master, v1 } from "../protocol/v1.js";
import { conversionsOf, type ResourceConversion } from "../resources/conversions.js";
import type { MasterContext } from "./master-context.js";
import type { Agent, Offer } from "./master-state.js";
import { normalizeOperation } from "./normalize.js";
import type { Offers } from "./offers.js";
import type { Operations } from "./operations.js";
import { kindsProblem, operationProblem } from "./validation/operation.js";

interface OperatorOperation {
  readonly agentId: string | undefined;
  readonly operation: v1.Offer.Operation;
}

/** Reservations and volumes as operators make them: from what nobody uses, taking back what is only on offer. */
export class OperatorOperations {
  constructor(
    private readonly context: MasterContext,
    private readonly offers: Offers,
    private readonly operations: Operations,
  ) {}

  /** 202: applied here and sent to the agent. @returns false for a call that is none of these. */
  onCall(request: RequestId, call: master.Call, principal: Principal | undefined): boolean {
    const wanted = toOperation(call);
    if (wanted === undefined) return false;
    const { context } = this;
    const agent = context.state.agents.get(wanted.agentId ?? "");
    if (agent === undefined) {
      context.respond(request, 400, `No agent found with ID '${wanted.agentId ?? ""}'`);
      return true;
    }
    const operation = normalizeOperation(wanted.operation, undefined);
    const problem = operationProblem(operation, { agent, principal: principal?.value });
    if (problem !== undefined) context.respond(request, 400, problem);
    else if (agent.connection === undefined)
      context.respond(request, 409, `Agent ${agent.id} is not connected: it would not hear of it`);
    else this.apply(request, agent, operation);
    return true;
  }

  private apply(request: RequestId, agent: Agent, operation: v1.Offer.Operation): void {
    const { context } = this;
    const conversions = conversionsOf(operation);
    const excess = kindsProblem(agent, conversions);
    if (excess !== undefined) return context.respond(request, 409, excess);
    if (!this.convertAvailable(agent, conversions)) {
      const needed = conversions.map(({ consumed }) => consumed.toString()).join("; ");
      context.respond(request, 409, `Not enough free resources on agent ${agent.id}: ${needed}`);
      return;
    }
    if (operation.type === "DESTROY")
      for (const { consumed } of conversions) this.offers.rescindShared(agent, consumed);
    this.operations.apply(agent, undefined, operation);
    context.respond(request, 202);
  }

  /** Rescinds the agent's offers one by one until what is needed is free. */
  private convertAvailable(agent: Agent, conversions: readonly ResourceConversion[]): boolean {
    const { allocator } = this.context;
    if (allocator.updateAvailable(agent.id, conversions)) return true;
    for (const offer of [...agent.offers.values()]) {
      if (!holdsPart(offer, conversions)) continue;
      this.offers.rescind(offer);
      if (allocator.updateAvailable(agent.id, conversions)) return true;
    }
    return false;
  }
}

function holdsPart(offer: Offer, conversions: readonly ResourceConversion[]): boolean {
  const offered = offer.resources.unallocate();
  return conversions.some(({ consumed }) =>
    consumed.identities.some((identity) => offered.has(identity)),
  );
}

function toOperation(call: master.Call): OperatorOperation | undefined {
  const { reserve_resources, unreserve_resources, create_volumes, destroy_volumes } = call;
  const { grow_volume, shrink_volume } = call;
  if (call.type === "RESERVE_RESOURCES" && reserve_resources !== undefined) {
    const { agent_id, resources, source } = reserve_resources;
    const reserve = { ...(resources && { resources }), ...(source && { source }) };
    return { agentId: agent_id.value, operation: { type: "RESERVE", reserve } };
  }
  if (call.type === "UNRESERVE_RESOURCES" && unreserve_resources !== undefined) {
    const { agent_id, ...unreserve } = unreserve_resources;
    return { agentId: agent_id.value, operation: { type: "UNRESERVE", unreserve } };
  }
  if (call.type === "CREATE_VOLUMES" && create_volumes !== undefined) {
    const { agent_id, ...create } = create_volumes;
    return { agentId: agent_id.value, operation: { type: "CREATE", create } };
  }
  if (call.type === "DESTROY_VOLUMES" && destroy_volumes !== undefined) {
    const { agent_id, ...destroy } = destroy_volumes;
    return { agentId: agent_id.value, operation: { type: "DESTROY", destroy } };
  }
  if (call.type === "GROW_VOLUME" && grow_volume !== undefined) {
    const { agent_id, ...grow } = grow_volume;
    return { agentId: agent_id?.value, operation: { type: "GROW_VOLUME", grow_volume: grow } };
  }
  if (call.type === "SHRINK_VOLUME" && shrink_volume !== undefined) {
    const { agent_id, ...shrink } = shrink_volume;
    return {
      agentId: agent_id?.value,
      operation: { type: "SHRINK_VOLUME", shrink_volume: shrink },
    };
  }
  return undefined;
}
