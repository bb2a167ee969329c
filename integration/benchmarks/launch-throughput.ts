import { setTimeout as delay } from "node:timers/promises";
import type { Benchmark, BenchmarkCase, Figures } from "./benchmark.js";
import { measureHttpFloor } from "./floor-http.js";
import { LoadCluster, type LoadClusterOptions, type Usage } from "./load/load-cluster.js";

const AGENTS = [100, 1_000];
const TASKS = 20_000;
/** Freed resources are offered again at the next allocation run, so that there must be room for more than one second. */
const CHURN_SLOTS = 10_000;
const MEASURED_MS = 6_000;
const UPDATES_PER_TASK = 2;

/** An empty cluster is filled: one ACCEPT an agent launches all it has room for. */
async function fill(options: LoadClusterOptions): Promise<Figures> {
  const cluster = await LoadCluster.startAll(options);
  try {
    const usage = await cluster.measure(() => cluster.launchAndAwait(TASKS));
    return figures(usage, TASKS);
  } finally {
    await cluster.dispose();
  }
}

/** Tasks end as soon as they run, and others take their place: two updates a task, and offers all the time. */
async function churn(options: LoadClusterOptions): Promise<Figures> {
  const cluster = await LoadCluster.startAll(options);
  try {
    await cluster.launchAndAwait(CHURN_SLOTS, {
      policy: { type: "FINISH" },
      wanted: Number.MAX_SAFE_INTEGER,
    });
    const { acknowledged: before } = await cluster.count();
    const usage = await cluster.measure(() => delay(MEASURED_MS));
    const { acknowledged } = await cluster.count();
    return figures(usage, (acknowledged - before) / UPDATES_PER_TASK);
  } finally {
    await cluster.dispose();
  }
}

function figures(usage: Usage, tasks: number): Figures {
  const { wallMs, masterCpuMs, agentsCpuMs, schedulerCpuMs, stallMs, stallCpuMs } = usage;
  return {
    tasksPerSecond: tasks / (wallMs / 1000),
    masterPerTaskUs: (masterCpuMs * 1000) / tasks,
    agentsPerTaskUs: (agentsCpuMs * 1000) / tasks,
    schedulerPerTaskUs: (schedulerCpuMs * 1000) / tasks,
    stallMs,
    stallCpuMs,
  };
}

function casesFor(agents: number): readonly BenchmarkCase[] {
  const base = { agents, slots: TASKS, registry: "memory", encoding: "json" } as const;
  const of = (name: string, run: () => Promise<Figures>): BenchmarkCase => ({
    name: `${name}, ${agents} agents`,
    series: name,
    size: agents,
    run,
  });
  return [
    of("fill, JSON", () => fill(base)),
    of("fill, protobuf", () => fill({ ...base, encoding: "protobuf" })),
    of("fill, JSON, lmdb", () => fill({ ...base, registry: "lmdb" })),
    of("churn, JSON", () => churn({ ...base, slots: CHURN_SLOTS })),
    of("churn, protobuf", () => churn({ ...base, slots: CHURN_SLOTS, encoding: "protobuf" })),
  ];
}

/** B10: how many tasks a second a master launches, until they run and the scheduler has acknowledged it. */
export const launchThroughput: Benchmark = {
  name: "B10",
  title: "B10: tasks launched, running and acknowledged, end to end over real sockets",
  mainFigure: "tasksPerSecond",
  rounds: 3,
  baseline: {
    name: "bare HTTP calls/s",
    measure: async () => (await measureHttpFloor())["callsPerSecond"] ?? Number.NaN,
  },
  cases: ({ agents = AGENTS }) => agents.flatMap(casesFor),
};
