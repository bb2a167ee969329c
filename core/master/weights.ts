import type { RequestId } from "../base/ids.js";
import type { v1 } from "../protocol/v1.js";
import { invalidRole, isRoleOrAncestor } from "../resources/roles.js";
import type { MasterContext } from "./master-context.js";
import type { Offers } from "./offers.js";
import type { Registrar } from "./registrar.js";

/** Roles' weights: durable before they count. */
export class Weights {
  constructor(
    private readonly context: MasterContext,
    private readonly registrar: Registrar,
    private readonly offers: Offers,
  ) {}

  /** UPDATE_WEIGHTS: all of them or none. */
  onUpdate(request: RequestId, infos: readonly v1.WeightInfo[]): void {
    const { context } = this;
    const wanted = new Map<string, number>();
    for (const [i, { role: named = "", weight }] of infos.entries()) {
      const role = named.trim();
      const problem =
        this.problem(role, weight) ?? (wanted.has(role) ? "role: is there twice" : undefined);
      if (problem !== undefined)
        return context.respond(request, 400, `weight_infos[${i}].${problem}`);
      wanted.set(role, weight);
    }
    if (wanted.size === 0)
      return context.respond(request, 400, "weight_infos: expected at least one");
    const operations = [...wanted].map(([key, value]) => ({
      collection: "weights" as const,
      key,
      value,
    }));
    this.registrar.persist(operations, () => {
      for (const [role, weight] of wanted) context.state.weights.set(role, weight);
      context.allocator.updateWeights(wanted);
      this.rescind([...wanted.keys()]);
      context.respond(request, 200);
    });
  }

  private problem(role: string, weight: number): string | undefined {
    const invalid = invalidRole(role);
    if (invalid !== undefined) return `role: ${invalid}`;
    const { roles } = this.context.settings;
    if (roles !== undefined && !roles.has(role))
      return `role: '${role}' is not in the master's list of roles`;
    if (weight > 0 && Number.isFinite(weight)) return undefined;
    return `weight: expected a number above 0, got ${weight}`;
  }

  /** What is on offer was dealt out by the old weights, to whomever: all of it is dealt out anew. */
  private rescind(updated: readonly string[]): void {
    const { state } = this.context;
    const subscribed = [...state.frameworks.values()].flatMap(({ roles }) => [...roles]);
    if (!subscribed.some((role) => updated.some((one) => isRoleOrAncestor(one, role)))) return;
    for (const offer of [...state.offers.values()]) this.offers.rescind(offer);
  }
}
