import { lazily } from "../../protocol/v0/lazy.js";
import { v0Resources, v0ResourcesOf } from "../../protocol/v0/v0-resources.js";
import { capabilityNames, v0Executor, v0Labels, v0Task } from "../../protocol/v0/v0-task.js";
import type { MasterState, Offer } from "../master-state.js";
import { addedBy, holdingsOf } from "./holdings.js";
import {
  type ExecutorSnapshot,
  type FrameworkSnapshot,
  snapshotCompletedFrameworks,
  snapshotFramework,
  snapshotFrameworks,
} from "./snapshots.js";

/** `/frameworks`, of all frameworks or of one. */
export function v0Frameworks(state: MasterState, frameworkId: string | undefined): object {
  const one = frameworkId === undefined ? undefined : state.frameworks.get(frameworkId);
  const shown =
    frameworkId === undefined
      ? snapshotFrameworks(state)
      : one === undefined
        ? []
        : [snapshotFramework(one)];
  return {
    frameworks: lazily(shown, v0Framework),
    completed_frameworks: lazily(
      snapshotCompletedFrameworks(state).filter(
        ({ id }) => frameworkId === undefined || id === frameworkId,
      ),
      v0Framework,
    ),
    unregistered_frameworks: [],
  };
}

/** What both `/frameworks` and `/state-summary` show of a framework. */
export function v0FrameworkSummary(framework: FrameworkSnapshot): object {
  const { info, connected } = framework;
  return {
    id: framework.id,
    name: info.name,
    used_resources: v0ResourcesOf(addedBy(framework.used)),
    offered_resources: v0ResourcesOf(addedBy(holdingsOf(framework.offers))),
    capabilities: capabilityNames(info.capabilities),
    hostname: info.hostname ?? "",
    webui_url: info.webui_url ?? "",
    active: connected,
    connected,
    recovered: framework.recovered,
  };
}

export function v0Framework(framework: FrameworkSnapshot): object {
  const { info, registeredTimeMs, reregisteredTimeMs, unregisteredTimeMs } = framework;
  const capabilities = capabilityNames(info.capabilities);
  return {
    ...v0FrameworkSummary(framework),
    user: info.user,
    failover_timeout: info.failover_timeout ?? 0,
    checkpoint: info.checkpoint ?? false,
    registered_time: registeredTimeMs / 1000,
    unregistered_time: (unregisteredTimeMs ?? 0) / 1000,
    ...(info.principal !== undefined && { principal: info.principal }),
    resources: v0ResourcesOf(addedBy([...framework.used, ...holdingsOf(framework.offers)])),
    ...(reregisteredTimeMs !== undefined && { reregistered_time: reregisteredTimeMs / 1000 }),
    ...(capabilities.includes("MULTI_ROLE")
      ? { roles: info.roles ?? [] }
      : { role: info.role ?? "*" }),
    tasks: lazily(framework.tasks, v0Task),
    unreachable_tasks: lazily(framework.unreachableTasks, v0Task),
    completed_tasks: lazily(framework.completedTasks, v0Task),
    offers: lazily(framework.offers, v0Offer),
    executors: lazily(framework.executors, v0MasterExecutor),
    ...(info.labels !== undefined && { labels: v0Labels(info.labels) }),
    ...(framework.offerConstraints !== undefined && {
      offer_constraints: framework.offerConstraints,
    }),
  };
}

function v0MasterExecutor({ info, agentId }: ExecutorSnapshot): object {
  return { ...v0Executor(info), slave_id: agentId };
}

function v0Offer(offer: Offer): object {
  return {
    id: offer.id,
    framework_id: offer.frameworkId,
    allocation_info: { role: offer.role },
    slave_id: offer.agentId,
    resources: v0Resources(offer.resources.toWire()),
  };
}
