import { assert, unreachable } from "../base/assert.js";
import type { scheduler, v1 } from "../protocol/v1.js";
import { applyConversions, conversionsOf } from "../resources/conversions.js";
import { Resources } from "../resources/resources.js";
import type { Acceptance } from "./acceptance.js";
import type { Launches } from "./launches.js";
import type { MasterContext } from "./master-context.js";
import type { Agent, Framework, Offer } from "./master-state.js";
import { normalizeOperation } from "./normalize.js";
import { type Offers, refuseMs } from "./offers.js";
import type { Operations } from "./operations.js";
import { lostState, statusFromMaster, tellStatus } from "./task-status.js";
import { kindsProblem, operationProblem } from "./validation/operation.js";

export interface AcceptorParts {
  readonly offers: Offers;
  readonly launches: Launches;
  readonly operations: Operations;
}

/**
 * ACCEPT, applied completely within one step: operations strictly in order against what is left of the offers; one that
 * is invalid is dropped alone. What stays over is declined with the call's filters.
 */
export class Acceptor {
  constructor(
    private readonly context: MasterContext,
    private readonly parts: AcceptorParts,
  ) {}

  onAccept(framework: Framework, accept: scheduler.Call.Accept): void {
    const ids = (accept.offer_ids ?? []).map(({ value }) => value);
    const operations = accept.operations ?? [];
    const problem = this.offersProblem(framework, ids);
    const offers = [...new Set(ids)].flatMap((id) => framework.offers.get(id) ?? []);
    const [first] = offers;
    if (problem !== undefined || first === undefined) {
      for (const offer of offers) this.parts.offers.discard(offer);
      this.dropAll(framework, operations, problem ?? "no offers");
      return;
    }
    this.context.count("messages_launch_tasks");
    const acceptance = this.begin(framework, first, offers);
    for (const operation of operations) this.apply(acceptance, operation);
    this.settle(acceptance, refuseMs(accept.filters));
  }

  private offersProblem(framework: Framework, ids: readonly string[]): string | undefined {
    if (ids.length === 0) return "no offers";
    const seen = new Set<string>();
    let first: Offer | undefined;
    for (const id of ids) {
      const offer = framework.offers.get(id);
      if (seen.has(id)) return `offer ${id} is named twice`;
      seen.add(id);
      if (offer === undefined) return `offer ${id} is no longer valid`;
      first ??= offer;
      if (offer.agentId !== first.agentId) return "offers of different agents";
      if (offer.role !== first.role) return "offers for different roles";
    }
    return undefined;
  }

  private begin(framework: Framework, first: Offer, offers: readonly Offer[]): Acceptance {
    const agent = this.context.state.agents.get(first.agentId) as Agent;
    let pool = Resources.empty;
    for (const offer of offers) {
      this.parts.offers.remove(offer);
      pool = pool.plus(offer.resources);
    }
    const none = Resources.empty;
    return {
      framework,
      agent,
      role: first.role,
      pool,
      launched: none,
      converted: none,
      setAside: none,
      shared: pool.shared(),
    };
  }

  /** What operations have made is offered again at once; only what was offered as it is counts as declined. */
  private settle(acceptance: Acceptance, refusedForMs: number): void {
    const { agent, framework, pool, launched, converted, setAside } = acceptance;
    const { allocator } = this.context;
    if (!launched.isEmpty) allocator.transitionOfferedToAllocated(framework.id, agent.id, launched);
    const made = pool.filter((identity) => converted.has(identity));
    this.giveBack(acceptance, made.plus(setAside), undefined);
    this.giveBack(acceptance, pool.minus(made), refusedForMs);
  }

  private giveBack(
    { framework, agent }: Acceptance,
    resources: Resources,
    refusedForMs: number | undefined,
  ): void {
    if (resources.isEmpty) return;
    const { allocator, nowMs } = this.context;
    const options = {
      ...(refusedForMs !== undefined && { refuseMs: refusedForMs }),
      allocated: false,
    };
    allocator.recoverResources(framework.id, agent.id, resources, options, nowMs);
  }

  private apply(acceptance: Acceptance, operation: v1.Offer.Operation): void {
    const { type = "UNKNOWN" } = operation;
    switch (type) {
      case "LAUNCH":
        return this.parts.launches.launch(acceptance, operation);
      case "LAUNCH_GROUP":
        return this.parts.launches.launchGroup(acceptance, operation);
      case "RESERVE":
      case "UNRESERVE":
      case "CREATE":
      case "DESTROY":
      case "GROW_VOLUME":
      case "SHRINK_VOLUME": {
        const problem = this.convert(acceptance, operation);
        if (problem !== undefined) this.refuseOperation(acceptance.framework, operation, problem);
        return;
      }
      case "CREATE_DISK":
      case "DESTROY_DISK":
      case "UNKNOWN":
        this.refuseOperation(acceptance.framework, operation, `${type} is not supported yet`);
        return;
      default:
        unreachable(type);
    }
  }

  /** Applies an operation to what is left of the offers and to the agent. @returns why it cannot be. */
  private convert(acceptance: Acceptance, given: v1.Offer.Operation): string | undefined {
    const { framework, agent, role, pool } = acceptance;
    const operation = normalizeOperation(given, role);
    const principal = framework.principal?.value;
    const problem = operationProblem(operation, { framework, agent, principal });
    if (problem !== undefined) return problem;
    const conversions = conversionsOf(operation);
    const needed = Resources.sum(conversions.map(({ consumed }) => consumed));
    if (!pool.contains(needed))
      return `${operation.type ?? ""} needs ${needed.toString()}, but only ${pool.toString()} is left of the offers`;
    const excess = kindsProblem(agent, conversions);
    if (excess !== undefined) return excess;
    if (operation.type === "DESTROY") this.dropCopies(acceptance, needed);
    const left = applyConversions(acceptance.pool, conversions);
    assert(left !== undefined, "an operation takes more than it needs", { agentId: agent.id });
    const made = Resources.sum(conversions.map(({ converted }) => converted));
    if (operation.type === "GROW_VOLUME" || operation.type === "SHRINK_VOLUME") {
      acceptance.pool = left.minus(made);
      acceptance.setAside = acceptance.setAside.plus(made);
    } else {
      acceptance.pool = left;
      acceptance.converted = acceptance.converted.plus(made);
      acceptance.shared = acceptance.shared.plus(made.shared());
    }
    this.context.allocator.updateAllocation(framework.id, agent.id, conversions);
    this.parts.operations.apply(agent, framework, operation);
    return undefined;
  }

  /** A shared volume may be on offer to others at the same time, and here more than once: all that ends with it. */
  private dropCopies(acceptance: Acceptance, volumes: Resources): void {
    const destroyed = volumes.shared();
    if (destroyed.isEmpty) return;
    this.parts.offers.rescindShared(acceptance.agent, destroyed);
    const kept = acceptance.pool.filter((identity) => !destroyed.has(identity)).plus(destroyed);
    this.giveBack(acceptance, acceptance.pool.minus(kept), undefined);
    acceptance.pool = kept;
    acceptance.shared = acceptance.shared.filter((identity) => !destroyed.has(identity));
  }

  private dropAll(
    framework: Framework,
    operations: readonly v1.Offer.Operation[],
    problem: string,
  ): void {
    for (const operation of operations) {
      const tasks = operation.launch?.task_infos ?? operation.launch_group?.task_group.tasks;
      if (tasks === undefined) this.refuseOperation(framework, operation, problem);
      for (const task of tasks ?? []) {
        const status = statusFromMaster(this.context, {
          taskId: task.task_id.value,
          agentId: task.agent_id.value,
          executorId: task.executor?.executor_id.value,
          state: lostState(framework, "TASK_DROPPED"),
          reason: "REASON_INVALID_OFFERS",
          message: `Task launched with invalid offers: ${problem}`,
        });
        tellStatus(this.context, framework, status);
      }
    }
  }

  /** Only an operation with an id has somebody waiting for its outcome. */
  private refuseOperation(
    framework: Framework,
    operation: v1.Offer.Operation,
    problem: string,
  ): void {
    this.context.log("warn", "operation dropped", {
      frameworkId: framework.id,
      operation: operation.type,
      problem,
    });
    if (operation.id === undefined) return;
    this.context.event(framework, {
      type: "UPDATE_OPERATION_STATUS",
      update_operation_status: {
        status: { operation_id: operation.id, state: "OPERATION_ERROR", message: problem },
      },
    });
  }
}
