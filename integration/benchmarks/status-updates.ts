import { setTimeout as delay } from "node:timers/promises";
import type { Benchmark, BenchmarkCase, Figures } from "./benchmark.js";
import { measureHttpFloor } from "./floor-http.js";
import type { AgentPolicy } from "./load/orders.js";
import { LoadCluster, type LoadClusterOptions } from "./load/load-cluster.js";

const AGENTS = [100, 1_000];
/** As many updates as there are tasks may wait for their acknowledgement. */
const TASKS = 2_000;
const WARM_UP_MS = 8_000;
const MEASURED_MS = 4_000;
const RATE_PER_SECOND = 7_000;

async function updates(options: LoadClusterOptions, policy: AgentPolicy): Promise<Figures> {
  const cluster = await LoadCluster.startAll(options);
  try {
    await cluster.launchAndAwait(TASKS);
    cluster.setPolicy(policy);
    await delay(WARM_UP_MS);
    if (policy.type === "RATE") cluster.setPolicy(policy);
    const { acknowledged: before } = await cluster.count();
    const usage = await cluster.measure(() => delay(MEASURED_MS));
    const { acknowledged, p50Ms, p99Ms } = await cluster.count();
    const count = acknowledged - before;
    return {
      updatesPerSecond: count / (usage.wallMs / 1000),
      p50Ms,
      p99Ms,
      masterPerUpdateUs: (usage.masterCpuMs * 1000) / count,
      agentsPerUpdateUs: (usage.agentsCpuMs * 1000) / count,
      schedulerPerUpdateUs: (usage.schedulerCpuMs * 1000) / count,
      stallMs: usage.stallMs,
      stallCpuMs: usage.stallCpuMs,
    };
  } finally {
    await cluster.dispose();
  }
}

function casesFor(agents: number): readonly BenchmarkCase[] {
  const base = { agents, slots: TASKS, registry: "memory" } as const;
  const rate = { type: "RATE", updatesPerSecond: RATE_PER_SECOND } as const;
  const of = (name: string, run: () => Promise<Figures>): BenchmarkCase => ({
    name: `${name}, ${agents} agents`,
    series: name,
    size: agents,
    run,
  });
  return (["json", "protobuf"] as const).flatMap((encoding) => [
    of(`${encoding}, at most`, () => updates({ ...base, encoding }, { type: "REPEAT" })),
    of(`${encoding}, at ${RATE_PER_SECOND}/s`, () => updates({ ...base, encoding }, rate)),
  ]);
}

/** B11: status updates from an agent over the master to the scheduler, and their acknowledgements all the way back. */
export const statusUpdates: Benchmark = {
  name: "B11",
  title:
    "B11: status updates, each acknowledged by a call of its own, end to end over real sockets",
  mainFigure: "updatesPerSecond",
  rounds: 3,
  baseline: {
    name: "bare HTTP calls/s",
    measure: async () => (await measureHttpFloor())["callsPerSecond"] ?? Number.NaN,
  },
  cases: ({ agents = AGENTS }) => agents.flatMap(casesFor),
};
