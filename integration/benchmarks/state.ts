import { get, type IncomingMessage } from "node:http";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { silentLogger } from "../../core/base/logger.js";
import { MasterHttp } from "../../core/node/http/master-http.js";
import {
  addAgent,
  addFramework,
  addTask,
  masterState,
  wireTask,
} from "../testing/master-states.js";
import type { Benchmark, BenchmarkCase, Figures } from "./benchmark.js";
import { median } from "./result.js";

const TASKS_PER_AGENT = 10;
const FRAMEWORKS = 5;
const POLLS = 5;

/** A master with ten running tasks and ten completed ones for each agent. */
function clusterOf(agents: number) {
  const state = masterState();
  const frameworks = Array.from({ length: FRAMEWORKS }, (_, i) => addFramework(state, `F${i}`));
  for (let i = 0; i < agents; i++) {
    const agent = addAgent(state, `A${i}`, "cpus:24;mem:4096;disk:4096;ports:[31000-32000]");
    for (let j = 0; j < TASKS_PER_AGENT; j++) {
      const framework = frameworks[j % FRAMEWORKS];
      if (framework === undefined) continue;
      addTask(framework, agent, `T${i}-${j}`, "cpus:1;mem:32");
      framework.completedTasks.push(wireTask(framework.id, agent.id, `C${i}-${j}`));
    }
  }
  return state;
}

/** Fetches a body and drops it; gives its size and how long it took. */
async function fetchBody(port: number, path: string): Promise<{ bytes: number; ms: number }> {
  const began = performance.now();
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ host: "127.0.0.1", port, path, agent: false }, resolve).on("error", reject);
  });
  let bytes = 0;
  for await (const chunk of response) bytes += (chunk as Buffer).length;
  return { bytes, ms: performance.now() - began };
}

/** So many clients poll `/state` one after the other, while another keeps asking `/health`. */
async function poll(agents: number, clients: number): Promise<Figures> {
  const state = clusterOf(agents);
  const http = new MasterHttp({
    logger: silentLogger,
    version: "0.0.0",
    leadership: () => ({ type: "LEADING" }),
    deliver: () => {},
    state: () => state,
  });
  const { port } = await http.server.listen({ host: "127.0.0.1", port: 0 });
  await fetchBody(port, "/state");
  const stalls = monitorEventLoopDelay({ resolution: 1 });
  stalls.enable();
  const healthMs: number[] = [];
  let polling = true;
  const probe = (async () => {
    while (polling) healthMs.push((await fetchBody(port, "/health")).ms);
  })();
  const answers = await Promise.all(
    Array.from({ length: clients }, async () => {
      const own: { bytes: number; ms: number }[] = [];
      for (let i = 0; i < POLLS; i++) own.push(await fetchBody(port, "/state"));
      return own;
    }),
  );
  polling = false;
  await probe;
  stalls.disable();
  await http.server.dispose();
  const all = answers.flat();
  return {
    stateMs: median(all.map(({ ms }) => ms)),
    stateMegabytes: (all[0]?.bytes ?? 0) / 1e6,
    healthP90Ms: healthMs.sort((a, b) => a - b)[Math.floor(healthMs.length * 0.9)] ?? 0,
    longestStallMs: stalls.max / 1e6,
  };
}

const stateCase = (agents: number, clients: number): BenchmarkCase => ({
  name: `${agents} agents, ${clients} ${clients === 1 ? "client" : "clients"}`,
  series: `${clients} clients`,
  size: agents,
  run: () => poll(agents, clients),
});

/** B12 and B13: how long `/state` takes, alone and for many at once, and what else waits for it. */
export const state: Benchmark = {
  name: "state",
  title: "B12, B13: /state of a master with 20 tasks an agent, and /health meanwhile",
  mainFigure: "stateMs",
  rounds: 3,
  cases: ({ agents = [1_000, 10_000] }) => [
    ...agents.map((size) => stateCase(size, 1)),
    stateCase(Math.min(...agents), 20),
  ],
};
