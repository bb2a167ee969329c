import { hostPort } from "../../base/host-port.js";
import { lazily } from "../../protocol/v0/lazy.js";
import {
  reservedByRole,
  unreservedOf,
  v0Attributes,
  v0ReservedResources,
  v0Resources,
} from "../../protocol/v0/v0-resources.js";
import { capabilityNames, v0Labels, v0Task } from "../../protocol/v0/v0-task.js";
import { v0Version } from "../../protocol/v0/v0-version.js";
import { Resources } from "../../resources/resources.js";
import type { AgentState, Executor, Framework } from "../agent-state.js";
import { heldResources, wiresOf } from "./agent-tasks.js";

/** What the process knows of itself beside its state. */
export interface ProcessInfo {
  readonly version: string;
  /** By their Mesos names; secrets have been taken out. */
  readonly flags: Readonly<Record<string, string>>;
}

/** `/state` of an agent. */
export function v0State(state: AgentState, { version, flags }: ProcessInfo): object {
  const { info, settings, master } = state;
  return {
    ...v0Version(version),
    start_time: settings.startTimeMs / 1000,
    id: info.id?.value ?? "",
    pid: `slave(1)@${hostPort(settings.ip, settings.port)}`,
    hostname: info.hostname,
    capabilities: capabilityNames(settings.capabilities),
    ...(info.domain !== undefined && { domain: info.domain }),
    ...v0AgentResources(state),
    attributes: v0Attributes(info.attributes),
    ...(master !== undefined && { master_hostname: master.hostname }),
    ...(flags["log_dir"] !== undefined && { log_dir: flags["log_dir"] }),
    ...(flags["external_log_file"] !== undefined && {
      external_log_file: flags["external_log_file"],
    }),
    flags,
    frameworks: Array.from(state.frameworks.values(), v0Framework),
    completed_frameworks: Array.from(state.completedFrameworks.values(), v0Framework),
  };
}

function v0AgentResources(state: AgentState): object {
  const { total } = state;
  const [plain, full] = [total.toWire(), total.toWire("endpoint")];
  const held = Resources.fromWire(heldResources(state)).toWire();
  return {
    resources: v0Resources(plain),
    reserved_resources: v0ReservedResources(plain),
    unreserved_resources: v0Resources(unreservedOf(plain)),
    reserved_resources_full: reservedByRole(full),
    unreserved_resources_full: unreservedOf(full),
    reserved_resources_allocated: v0ReservedResources(held),
    unreserved_resources_allocated: v0Resources(unreservedOf(held)),
  };
}

function v0Framework(framework: Framework): object {
  const { id, info, executors, completedExecutors } = framework;
  return {
    id,
    name: info.name,
    user: info.user,
    failover_timeout: info.failover_timeout ?? 0,
    checkpoint: info.checkpoint ?? false,
    hostname: info.hostname ?? "",
    principal: info.principal ?? "",
    ...(capabilityNames(info.capabilities).includes("MULTI_ROLE")
      ? { roles: info.roles ?? [] }
      : { role: info.role ?? "*" }),
    executors: Array.from(executors.values(), v0Executor),
    completed_executors: completedExecutors.map(v0Executor),
  };
}

/** Tasks the master has not acknowledged the end of count as completed here, as in Mesos. */
function v0Executor(executor: Executor): object {
  const { info, terminatedTasks, completedTasks } = executor;
  const role = info.resources?.[0]?.allocation_info?.role;
  return {
    id: executor.id,
    name: info.name ?? "",
    source: info.source ?? "",
    container: executor.containerId,
    directory: executor.directory,
    resources: v0Resources(info.resources),
    ...(role !== undefined && { role }),
    ...(info.labels !== undefined && { labels: v0Labels(info.labels) }),
    ...(info.type !== undefined && { type: info.type }),
    tasks: lazily(wiresOf(executor.launchedTasks), v0Task),
    queued_tasks: lazily(wiresOf(executor.queuedTasks), v0Task),
    completed_tasks: lazily([...completedTasks, ...wiresOf(terminatedTasks)], v0Task),
  };
}
