import type { Benchmark, Figures } from "./benchmark.js";
import { LoadCluster } from "./load/load-cluster.js";

const AGENTS = [1_000];
const TASKS_PER_AGENT = 20;
const KIB_PER_MIB = 1024;

/** What agents that do nothing, and tasks that run, add to a master's memory. */
async function memory(agents: number): Promise<Figures> {
  const cluster = await LoadCluster.start({ registry: "memory" });
  try {
    const tasks = agents * TASKS_PER_AGENT;
    const empty = await cluster.probe({ collect: true });
    await cluster.connectAgents(agents, tasks);
    const idle = await cluster.probe({ collect: true });
    await cluster.subscribe("json");
    await cluster.launchAndAwait(tasks);
    const full = await cluster.probe({ collect: true });
    return {
      heapPerAgentKib: ((idle.heapMib - empty.heapMib) / agents) * KIB_PER_MIB,
      heapPerTaskKib: ((full.heapMib - idle.heapMib) / tasks) * KIB_PER_MIB,
      emptyMib: empty.residentMib,
      withAgentsMib: idle.residentMib,
      withTasksMib: full.residentMib,
    };
  } finally {
    await cluster.dispose();
  }
}

/** B18: what a master needs for each agent and each task. */
export const masterMemory: Benchmark = {
  name: "B18",
  title: "B18: memory of a master for each idle agent and each running task",
  mainFigure: "heapPerTaskKib",
  rounds: 2,
  cases: ({ agents = AGENTS }) =>
    agents.map((count) => ({
      name: `${count} agents, ${count * TASKS_PER_AGENT} tasks`,
      series: "memory",
      size: count,
      run: () => memory(count),
    })),
};
