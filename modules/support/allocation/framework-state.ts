import type { FrameworkId } from "../../../core/base/ids.js";
import type { AllocatorFramework } from "../../../core/contracts/allocator.js";
import { quantitiesFromWire, type ResourceQuantities } from "../../../core/resources/quantities.js";
import type { AgentState } from "./agent-state.js";
import { AttributeFilter } from "./offer-constraints.js";
import type { RoleState } from "./role-state.js";

/** What a framework asks of offers in one role. */
export interface ClientTerms {
  /** Instead of the cluster's own minimum; an empty list takes any bundle. */
  readonly minimum?: readonly ResourceQuantities[] | undefined;
  readonly constraints?: AttributeFilter | undefined;
}

/** A framework in one of its roles: who is looked at when an agent is offered. */
export class Client {
  isSuppressed = false;
  /** Whether the role's sorter serves it. */
  isServed = false;
  /** False once the framework has left the role, while it still holds something there. */
  isSubscribed = true;
  /** Filters made before it do not count: reviving forgets them all at once. */
  generation = 0;
  /** The epoch in which it could last be offered something anew. */
  freshEpoch = 0;
  /** The last visit that has looked at it. */
  visit = 0;
  minimum: ClientTerms["minimum"];
  constraints: ClientTerms["constraints"];

  constructor(
    readonly framework: FrameworkState,
    readonly role: RoleState,
    /** Its index in every agent's filters. */
    readonly slot: number,
  ) {}

  /** Whether it wants to be served; the role table makes it so. */
  get wantsOffers(): boolean {
    return this.framework.isActive && this.isSubscribed && !this.isSuppressed;
  }
}

/** A framework as the allocator sees it. */
export class FrameworkState {
  readonly clients = new Map<string, Client>();
  /** Where it holds something. */
  readonly agents = new Set<AgentState>();
  takesRevocable = false;
  takesShared = false;
  takesRefined = false;
  takesGpus = false;
  isRegionAware = false;

  constructor(
    readonly id: FrameworkId,
    public isActive: boolean,
  ) {}

  update({ info }: AllocatorFramework): void {
    const capabilities = new Set<string>(info.capabilities?.map(({ type }) => type ?? "UNKNOWN"));
    this.takesRevocable = capabilities.has("REVOCABLE_RESOURCES");
    this.takesShared = capabilities.has("SHARED_RESOURCES");
    this.takesRefined = capabilities.has("RESERVATION_REFINEMENT");
    this.takesGpus = capabilities.has("GPU_RESOURCES");
    this.isRegionAware = capabilities.has("REGION_AWARE");
  }
}

/** What the framework asks for in a role, made ready. */
export function termsOf(framework: AllocatorFramework, role: string): ClientTerms {
  const minimum = framework.info.offer_filters?.[role]?.min_allocatable_resources;
  const constraints = framework.offerConstraints?.role_constraints?.[role];
  return {
    minimum: minimum && (minimum.quantities ?? []).map((one) => quantitiesFromWire(one.quantities)),
    constraints: constraints && new AttributeFilter(constraints),
  };
}
