import {
  type MetricValues,
  resourceMetrics,
  ResourceTotals,
} from "../../protocol/v0/resource-metrics.js";
import type { v1 } from "../../protocol/v1.js";
import { fromMilli } from "../../resources/scalar.js";
import { SharedCopies } from "../../resources/shared-copies.js";
import type { MasterState } from "../master-state.js";
import { heldBy } from "./holdings.js";
import { masterCounterNames, masterZeroNames } from "./metric-names.js";

/** Tasks that are counted as they are now; the others are counted when they come to an end. */
const TASK_GAUGES = {
  TASK_STAGING: "staging",
  TASK_STARTING: "starting",
  TASK_RUNNING: "running",
  TASK_KILLING: "killing",
} as const satisfies Partial<Record<v1.TaskState, string>>;

const ALLOCATED_NAMES = ["cpus", "mem", "disk"] as const;

/** What `/metrics/snapshot` says of a master, under the names Mesos gave it. */
export function masterMetrics(state: MasterState, nowMs: number): MetricValues {
  return {
    ...Object.fromEntries(masterZeroNames.map((name) => [name, 0])),
    ...counters(state),
    ...statusGauges(state, nowMs),
    ...agentGauges(state),
    ...frameworkGauges(state),
    ...taskGauges(state),
    ...resourceGauges(state),
  };
}

function counters({ metrics }: MasterState): MetricValues {
  const values = new Map(masterCounterNames.map((name) => [name, 0]));
  for (const [name, value] of metrics.counters) values.set(name, value);
  return Object.fromEntries([...values].map(([name, value]) => [`master/${name}`, value]));
}

function statusGauges(state: MasterState, nowMs: number): MetricValues {
  return {
    "master/uptime_secs": (nowMs - state.settings.startTimeMs) / 1000,
    "master/elected": state.electedTimeMs === undefined ? 0 : 1,
    "master/outstanding_offers": state.offers.size,
  };
}

function agentGauges({ agents, unreachableAgents }: MasterState): MetricValues {
  let connected = 0;
  let active = 0;
  for (const agent of agents.values()) {
    if (agent.connection !== undefined) connected++;
    if (agent.active) active++;
  }
  return {
    "master/slaves_connected": connected,
    "master/slaves_disconnected": agents.size - connected,
    "master/slaves_active": active,
    "master/slaves_inactive": agents.size - active,
    "master/slaves_unreachable": unreachableAgents.size,
  };
}

function frameworkGauges({ frameworks }: MasterState): MetricValues {
  let connected = 0;
  for (const framework of frameworks.values()) if (framework.stream !== undefined) connected++;
  const disconnected = frameworks.size - connected;
  return {
    "master/frameworks_connected": connected,
    "master/frameworks_disconnected": disconnected,
    "master/frameworks_active": connected,
    "master/frameworks_inactive": disconnected,
  };
}

function taskGauges({ frameworks }: MasterState): MetricValues {
  const counts = new Map<v1.TaskState, number>();
  let unreachable = 0;
  for (const framework of frameworks.values()) {
    unreachable += framework.unreachableTasks.size;
    for (const { wire } of framework.tasks.values())
      counts.set(wire.state, (counts.get(wire.state) ?? 0) + 1);
  }
  const gauges = Object.entries(TASK_GAUGES).map(
    ([state, name]) => [`master/tasks_${name}`, counts.get(state as v1.TaskState) ?? 0] as const,
  );
  return { ...Object.fromEntries(gauges), "master/tasks_unreachable": unreachable };
}

function resourceGauges({ agents, frameworks, offers }: MasterState): MetricValues {
  const total = new ResourceTotals();
  const used = new ResourceTotals();
  const offered = new ResourceTotals();
  const copies = new SharedCopies();
  for (const agent of agents.values()) total.add(agent.total);
  for (const framework of frameworks.values())
    for (const { agentId, resources } of heldBy(framework))
      used.add(copies.firstOf(agentId, resources));
  for (const { agentId, resources } of offers.values())
    offered.add(copies.firstOf(agentId, resources));
  return {
    ...resourceMetrics("master/", total, used),
    ...Object.fromEntries(
      ALLOCATED_NAMES.flatMap((name) => {
        const prefix = `allocator/mesos/resources/${name}`;
        return [
          [`${prefix}/total`, fromMilli(total.of(name))],
          [`${prefix}/offered_or_allocated`, fromMilli(used.of(name) + offered.of(name))],
        ];
      }),
    ),
  };
}
