import type { Benchmark, Figures } from "./benchmark.js";
import { LoadCluster } from "./load/load-cluster.js";
import type { CallEncoding } from "./load/orders.js";

const TASKS = [1_000, 5_000, 10_000];
const WARM_UP_TASKS = 2_000;

/** One offer, one ACCEPT, so many tasks; after another one of some size, so that the code is warm. */
async function oneAccept(tasks: number, encoding: CallEncoding): Promise<Figures> {
  const cluster = await LoadCluster.start({ registry: "memory" });
  try {
    await cluster.connectAgents(1, WARM_UP_TASKS);
    await cluster.subscribe(encoding);
    await cluster.launchAndAwait(WARM_UP_TASKS);
    const usage = await cluster.measure(async () => {
      await cluster.connectAgents(1, tasks);
      await cluster.launchAndAwait(tasks);
    });
    return {
      stallMs: usage.stallMs,
      stallCpuMs: usage.stallCpuMs,
      masterPerTaskUs: (usage.masterCpuMs * 1000) / tasks,
      tasksPerSecond: tasks / (usage.wallMs / 1000),
    };
  } finally {
    await cluster.dispose();
  }
}

/** How long the largest calls hold a master's event loop. */
export const stalls: Benchmark = {
  name: "stalls",
  title: "Stalls: the longest time that one ACCEPT of many tasks holds a master's event loop",
  mainFigure: "stallCpuMs",
  rounds: 3,
  cases: () =>
    (["json", "protobuf"] as const).flatMap((encoding) =>
      TASKS.map((tasks) => ({
        name: `${tasks} tasks, ${encoding}`,
        series: encoding,
        size: tasks,
        run: () => oneAccept(tasks, encoding),
      })),
    ),
};
