import { assert } from "../base/assert.js";
import type { AgentId, FrameworkId, OfferId } from "../base/ids.js";
import type { Allocation } from "../contracts/allocator.js";
import type { v1 } from "../protocol/v1.js";
import type { Resources } from "../resources/resources.js";
import type { MasterContext } from "./master-context.js";
import type { Agent, Framework, Offer } from "./master-state.js";
import { toFrameworkResources } from "./resource-format.js";

const DAY_SECONDS = 24 * 60 * 60;
const DEFAULT_REFUSE_MS = 5000;

/** How long a refusal holds: 5 s unless said otherwise, a year at most; negative or unreadable values count as unsaid. */
export function refuseMs(filters: v1.Filters | undefined): number {
  const seconds = filters?.refuse_seconds;
  if (seconds === undefined || !(seconds >= 0)) return DEFAULT_REFUSE_MS;
  return Math.min(seconds, 365 * DAY_SECONDS) * 1000;
}

/** What is on offer, to whom, and what becomes of it. An offer is of one agent and one role. */
export class Offers {
  private nextOfferId = 0;
  private allocationQueued = false;

  constructor(private readonly context: MasterContext) {}

  /** Makes sure a run follows whenever the allocator has candidates; called once a step. */
  queueAllocation(): void {
    if (this.allocationQueued || !this.context.allocator.hasWork) return;
    this.allocationQueued = true;
    this.context.push({ type: "ALLOCATE" });
  }

  onAllocationInterval(): void {
    const { allocator, settings, nowMs } = this.context;
    allocator.beginCycle(nowMs);
    this.context.timer({ type: "ALLOCATION_INTERVAL" }, settings.allocationIntervalMs);
  }

  onAllocate(): void {
    const { allocator, settings, nowMs } = this.context;
    this.allocationQueued = false;
    const { allocations } = allocator.allocate(nowMs, settings.allocationBudget);
    const byFramework = new Map<FrameworkId, Offer[]>();
    for (const allocation of allocations) {
      const offer = this.add(allocation);
      if (offer === undefined) continue;
      const offers = byFramework.get(offer.frameworkId);
      if (offers === undefined) byFramework.set(offer.frameworkId, [offer]);
      else offers.push(offer);
    }
    for (const [frameworkId, offers] of byFramework) this.send(frameworkId, offers);
  }

  private add({ frameworkId, agentId, role, resources }: Allocation): Offer | undefined {
    const { state, settings } = this.context;
    const framework = state.frameworks.get(frameworkId);
    const agent = state.agents.get(agentId);
    if (framework?.stream === undefined || agent?.connection === undefined) {
      this.context.allocator.recoverResources(
        frameworkId,
        agentId,
        resources,
        { allocated: false },
        this.context.nowMs,
      );
      return undefined;
    }
    const id = `${settings.masterInfo.id}-O${this.nextOfferId++}`;
    const offer: Offer = { id, frameworkId, agentId, role, resources };
    state.offers.set(id, offer);
    framework.offers.set(id, offer);
    agent.offers.set(id, offer);
    if (settings.offerTimeoutMs !== undefined)
      this.context.timer({ type: "OFFER_TIMEOUT", offerId: id }, settings.offerTimeoutMs);
    return offer;
  }

  private send(frameworkId: FrameworkId, offers: readonly Offer[]): void {
    const { state } = this.context;
    const framework = state.frameworks.get(frameworkId);
    assert(framework !== undefined, "an offer for a framework that is not there", { frameworkId });
    const wires = offers.map((offer) => {
      const agent = state.agents.get(offer.agentId);
      assert(agent !== undefined, "an offer of an agent that is not there", { offerId: offer.id });
      return toWireOffer(offer, agent, framework);
    });
    state.metrics.increment("offers_sent", offers.length);
    this.context.event(framework, { type: "OFFERS", offers: { offers: wires } });
  }

  /** Forgets an offer; what becomes of its resources is the caller's. */
  remove(offer: Offer): void {
    const { state } = this.context;
    state.offers.delete(offer.id);
    state.frameworks.get(offer.frameworkId)?.offers.delete(offer.id);
    state.agents.get(offer.agentId)?.offers.delete(offer.id);
  }

  /** Takes an offer back without telling: nobody is there to hear it, or it is told otherwise. */
  discard(offer: Offer, refusedForMs?: number): void {
    this.remove(offer);
    this.context.allocator.recoverResources(
      offer.frameworkId,
      offer.agentId,
      offer.resources,
      { allocated: false, ...(refusedForMs !== undefined && { refuseMs: refusedForMs }) },
      this.context.nowMs,
    );
  }

  rescind(offer: Offer): void {
    const framework = this.context.state.frameworks.get(offer.frameworkId);
    this.discard(offer);
    if (framework === undefined) return;
    this.context.count("offers_rescinded");
    this.context.event(framework, { type: "RESCIND", rescind: { offer_id: { value: offer.id } } });
  }

  rescindAll(agent: Agent): void {
    for (const offer of [...agent.offers.values()]) this.rescind(offer);
  }

  /** A shared volume is offered to several at a time: all these offers end when it is destroyed. */
  rescindShared(agent: Agent, volumes: Resources): void {
    const destroyed = volumes.shared().unallocate();
    for (const offer of [...agent.offers.values()])
      if (offer.resources.unallocate().identities.some((identity) => destroyed.has(identity)))
        this.rescind(offer);
  }

  onTimeout(offerId: OfferId): void {
    const offer = this.context.state.offers.get(offerId);
    if (offer !== undefined) this.rescind(offer);
  }

  onDecline(framework: Framework, ids: readonly v1.OfferID[], filters?: v1.Filters): void {
    this.context.count("messages_decline_offers");
    for (const { value } of ids) {
      const offer = framework.offers.get(value);
      if (offer !== undefined) this.discard(offer, refuseMs(filters));
    }
  }

  /** SUPPRESS and REVIVE name roles, or none for all; one that is not subscribed to voids the whole call. */
  onSuppress(framework: Framework, named: readonly string[]): void {
    const roles = this.subscribedRoles(framework, named, "SUPPRESS");
    if (roles === undefined) return;
    this.context.count("messages_suppress_offers");
    framework.suppressedRoles = new Set([...framework.suppressedRoles, ...roles]);
    this.context.allocator.suppressOffers(framework.id, roles);
  }

  onRevive(framework: Framework, named: readonly string[]): void {
    const roles = this.subscribedRoles(framework, named, "REVIVE");
    if (roles === undefined) return;
    this.context.count("messages_revive_offers");
    const suppressed = new Set(framework.suppressedRoles);
    for (const role of roles) suppressed.delete(role);
    framework.suppressedRoles = suppressed;
    this.context.allocator.reviveOffers(framework.id, roles);
  }

  private subscribedRoles(
    framework: Framework,
    named: readonly string[],
    call: string,
  ): readonly string[] | undefined {
    if (named.length === 0) return [...framework.roles];
    const foreign = named.find((role) => !framework.roles.has(role));
    if (foreign === undefined) return named;
    this.context.log("warn", "call dropped: the framework does not subscribe to the role", {
      call,
      frameworkId: framework.id,
      role: foreign,
    });
    return undefined;
  }
}

/** The address of an agent as offers carry it. */
export function agentUrl(agent: Agent): v1.URL {
  const { hostname, port } = agent.info;
  return {
    scheme: "http",
    address: { hostname, ip: agent.remoteAddress, port: port ?? 5051 },
    path: "/slave(1)",
  };
}

function toWireOffer(offer: Offer, agent: Agent, framework: Framework): v1.Offer {
  const executors = agent.executors.get(framework.id);
  const { hostname, attributes, domain } = agent.info;
  return {
    id: { value: offer.id },
    framework_id: { value: framework.id },
    agent_id: { value: agent.id satisfies AgentId },
    hostname,
    url: agentUrl(agent),
    ...(domain !== undefined && { domain }),
    resources: toFrameworkResources(framework, offer.resources),
    ...(attributes !== undefined && { attributes }),
    ...(executors !== undefined && {
      executor_ids: [...executors.keys()].map((value) => ({ value })),
    }),
    ...(framework.capabilities.has("MULTI_ROLE") && { allocation_info: { role: offer.role } }),
  };
}
