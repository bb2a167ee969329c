import type { AgentId } from "../base/ids.js";
import type { RegistryOperation, RegistrySnapshot } from "../contracts/registry-store.js";
import type { v1 } from "../protocol/v1.js";
import type { AgentLoss } from "./agent-loss.js";
import type { AgentRegistration } from "./agent-registration.js";
import type { MasterContext } from "./master-context.js";
import { quotaFromRecord } from "./quotas.js";
import type { Registrar } from "./registrar.js";

/** What a newly elected master takes over from the registry, and what it gives up of it in time. */
export class Recovery {
  constructor(
    private readonly context: MasterContext,
    private readonly registrar: Registrar,
    private readonly loss: AgentLoss,
    private readonly registration: AgentRegistration,
  ) {}

  onElected(epoch: number, registry: RegistrySnapshot): void {
    const { context } = this;
    const { state, settings, allocator } = context;
    state.epoch = epoch;
    state.electedTimeMs = context.nowMs;
    for (const [id, value] of registry.get("agents") ?? [])
      state.recoveredAgents.set(id, (value as { readonly info: v1.AgentInfo }).info);
    for (const [id, value] of registry.get("unreachable") ?? [])
      state.unreachableAgents.set(id, (value as { readonly timeMs: number }).timeMs);
    for (const [id, value] of registry.get("gone") ?? [])
      state.goneAgents.set(id, (value as { readonly timeMs: number }).timeMs);
    for (const [role, value] of registry.get("quotas") ?? [])
      state.quotas.set(role, quotaFromRecord(value));
    const weights = registry.get("weights");
    // What was set while the cluster ran counts for more than what it was configured with.
    if (weights !== undefined && weights.size > 0) state.weights.clear();
    for (const [role, value] of weights ?? []) state.weights.set(role, value as number);
    allocator.recover(state.recoveredAgents.size, state.quotas, context.nowMs);
    allocator.updateWeights(state.weights);
    context.timer({ type: "ALLOCATION_INTERVAL" }, settings.allocationIntervalMs);
    context.timer({ type: "REGISTRY_GC" }, settings.registryGcIntervalMs);
    context.timer({ type: "RECOVERY_TIMEOUT" }, settings.agentReregisterTimeoutMs);
    context.log("info", "elected", { epoch, recoveredAgents: state.recoveredAgents.size });
  }

  /** Agents that have not come back are unreachable, unless they are too many for that to be believed. */
  onTimeout(): void {
    const { state, settings } = this.context;
    const missing = [...state.recoveredAgents.keys()].filter(
      (id) => !this.loss.isLeaving(id) && !this.registration.isReturning(id),
    );
    if (missing.length === 0) return;
    const all = missing.length + state.agents.size;
    const limit = settings.recoveryAgentRemovalLimit;
    if (missing.length > limit * all) {
      const message = `${missing.length} of ${all} agents did not come back, more than the recovery agent removal limit of ${limit * 100}%`;
      this.context.push({ type: "EXIT", message });
      return;
    }
    this.context.log("warn", "recovered agents did not come back", { agents: missing.length });
    this.loss.markRecoveredUnreachable(missing);
  }

  /** Forgets unreachable and gone agents that are too old or too many; such an agent is unknown from then on. */
  onRegistryGc(): void {
    const { context } = this;
    const { settings, state } = context;
    context.timer({ type: "REGISTRY_GC" }, settings.registryGcIntervalMs);
    const pruned = [
      ...this.expired("unreachable", state.unreachableAgents),
      ...this.expired("gone", state.goneAgents),
    ];
    if (pruned.length === 0) return;
    this.registrar.persist(pruned, () => {
      for (const { collection, key } of pruned)
        if (collection === "gone") state.goneAgents.delete(key);
        else this.loss.forgetUnreachable(key);
    });
  }

  private expired(
    collection: "unreachable" | "gone",
    agents: ReadonlyMap<AgentId, number>,
  ): RegistryOperation[] {
    const { settings, nowMs } = this.context;
    const oldestFirst = [...agents].sort(([, a], [, b]) => a - b);
    const beyond = oldestFirst.length - settings.registryMaxAgentCount;
    return oldestFirst
      .filter(([, timeMs], i) => i < beyond || nowMs - timeMs > settings.registryMaxAgentAgeMs)
      .map(([key]) => ({ collection, key, value: undefined }));
  }
}
