import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { UpgradeServer } from "../contracts/upgrade-server.js";
import type { Benchmark, Figures } from "./benchmark.js";
import { measureHttpFloor } from "./floor-http.js";
import { transports } from "./floor-transports.js";

const AGENT = fileURLToPath(new URL("./floor-agent.js", import.meta.url));
const MESSAGES = 200_000;
const WINDOWS = [64, 1024];

/** What an agent's process tells of its run. */
type AgentFigures = Readonly<Record<"updatesPerSecond" | "p50Ms" | "p99Ms", number>>;

async function measure(name: string, window: number): Promise<Figures> {
  const server = await UpgradeServer.listen();
  transports[name]?.listen(server);
  const url = `ws://127.0.0.1:${server.port}/floor`;
  const agent = fork(AGENT, [name, url, String(MESSAGES), String(window)]);
  const before = process.cpuUsage();
  const [figures] = (await once(agent, "message")) as [AgentFigures];
  const { user, system } = process.cpuUsage(before);
  await once(agent, "exit");
  await server.dispose();
  return { ...figures, masterPerUpdateUs: (user + system) / MESSAGES };
}

/** What the machine gives at best: updates over bare sockets and over the transport, and calls of bare HTTP. */
export const floor: Benchmark = {
  name: "floor",
  title:
    "Floor: acknowledged status updates over one connection, and acknowledging calls, with nothing behind them",
  mainFigure: "updatesPerSecond",
  rounds: 3,
  cases: () => [
    ...WINDOWS.flatMap((window) =>
      Object.keys(transports).map((name) => ({
        name: `${name}, window ${window}`,
        run: () => measure(name, window),
      })),
    ),
    { name: "bare HTTP, POST and 202", run: measureHttpFloor },
  ],
};
