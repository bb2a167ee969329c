import {
  type MetricValues,
  resourceMetrics,
  ResourceTotals,
} from "../../protocol/v0/resource-metrics.js";
import type { v1 } from "../../protocol/v1.js";
import { Resources } from "../../resources/resources.js";
import type { AgentCounter } from "../agent-metrics.js";
import type { AgentState, ExecutorState } from "../agent-state.js";
import { heldResources, liveExecutors, wiresOf } from "./agent-tasks.js";

const COUNTERS = [
  "tasks_finished",
  "tasks_failed",
  "tasks_killed",
  "tasks_lost",
  "tasks_gone",
  "executors_terminated",
  "executors_preempted",
  "valid_status_updates",
  "invalid_status_updates",
  "valid_framework_messages",
  "invalid_framework_messages",
  "container_launch_errors",
  "recovery_errors",
] as const satisfies readonly AgentCounter[];
const TASK_STATES = {
  staging: "TASK_STAGING",
  starting: "TASK_STARTING",
  running: "TASK_RUNNING",
  killing: "TASK_KILLING",
} as const satisfies Readonly<Record<string, v1.TaskState>>;
const EXECUTOR_STATES = {
  registering: "REGISTERING",
  running: "RUNNING",
  terminating: "TERMINATING",
} as const satisfies Readonly<Record<string, ExecutorState>>;

/** Names of Mesos for what this agent does not measure: they stand at zero, unless its process knows better. */
const ZEROES = [
  "slave/recovery_time_secs",
  "slave/executor_directory_max_allowed_age_secs",
  "containerizer/mesos/container_destroy_errors",
  "containerizer/fetcher/task_fetches_succeeded",
  "containerizer/fetcher/task_fetches_failed",
  "gc/path_removals_succeeded",
  "gc/path_removals_failed",
  "gc/path_removals_pending",
] as const;

/** What `/metrics/snapshot` says of an agent, under the names Mesos gave it. */
export function agentMetrics(state: AgentState, nowMs: number): MetricValues {
  const total = new ResourceTotals();
  const used = new ResourceTotals();
  total.add(state.total);
  used.add(Resources.fromWire(heldResources(state)));
  return {
    ...Object.fromEntries(ZEROES.map((name) => [name, 0])),
    "slave/uptime_secs": (nowMs - state.settings.startTimeMs) / 1000,
    "slave/registered": state.phase === "RUNNING" ? 1 : 0,
    "slave/frameworks_active": state.frameworks.size,
    ...Object.fromEntries(
      COUNTERS.map((name) => [`slave/${name}`, state.metrics.counters.get(name) ?? 0]),
    ),
    ...taskGauges(state),
    ...executorGauges(state),
    ...resourceMetrics("slave/", total, used),
  };
}

function taskGauges(state: AgentState): MetricValues {
  const tasks = liveExecutors(state).flatMap(({ queuedTasks, launchedTasks }) => [
    ...wiresOf(queuedTasks),
    ...wiresOf(launchedTasks),
  ]);
  return Object.fromEntries(
    Object.entries(TASK_STATES).map(([name, wanted]) => [
      `slave/tasks_${name}`,
      tasks.filter((task) => task.state === wanted).length,
    ]),
  );
}

function executorGauges(state: AgentState): MetricValues {
  const executors = liveExecutors(state);
  return Object.fromEntries(
    Object.entries(EXECUTOR_STATES).map(([name, wanted]) => [
      `slave/executors_${name}`,
      executors.filter((executor) => executor.state === wanted).length,
    ]),
  );
}
