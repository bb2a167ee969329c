import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { AGENT_PATH } from "../../../core/node/agent-path.js";
import type {
  AgentPolicy,
  AgentsCount,
  AgentsOrder,
  AgentsReply,
  CallEncoding,
  ProbeOrder,
  ProbeReading,
  SchedulerOrder,
  SchedulerReply,
} from "./orders.js";
import { TASK_CPUS } from "./orders.js";
import { processCpuMs } from "./process-cpu.js";

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const DASMOS = here("../../../../bin/dasmos.js");
const START_TIMEOUT_MS = 30_000;

export interface LoadClusterOptions {
  readonly agents: number;
  /** How many tasks find room in the cluster. */
  readonly slots: number;
  readonly registry: "memory" | "lmdb";
  readonly encoding: CallEncoding;
}

/** What a piece of work took of each process. */
export interface Usage {
  readonly wallMs: number;
  readonly masterCpuMs: number;
  readonly agentsCpuMs: number;
  readonly schedulerCpuMs: number;
  readonly stallMs: number;
  readonly stallCpuMs: number;
}

/** A real master in a process of its own, emulated agents in a second, and a scheduler in a third. */
export class LoadCluster {
  private constructor(
    private readonly port: number,
    private readonly workDir: string,
    private readonly master: ChildProcess,
    private readonly agents: ChildProcess,
    private readonly scheduler: ChildProcess,
  ) {}

  /** A master alone; agents and scheduler wait to be connected. */
  static async start({ registry }: Pick<LoadClusterOptions, "registry">): Promise<LoadCluster> {
    const port = await freePort();
    const workDir = await mkdtemp(join(tmpdir(), "dasmos-bench-"));
    const flags = { "--port": port, "--work-dir": workDir, "--registry": registry };
    const args = ["master", ...Object.entries(flags).flat().map(String), "--log-level", "warn"];
    const master = fork(DASMOS, args, {
      execArgv: ["--expose-gc", "--import", here("probe.js")],
    });
    const cluster = new LoadCluster(
      port,
      workDir,
      master,
      fork(here("agents-process.js")),
      fork(here("scheduler-process.js")),
    );
    await cluster.isLeading();
    return cluster;
  }

  /** A cluster whose agents have registered, and whose scheduler has been offered all they have. */
  static async startAll(options: LoadClusterOptions): Promise<LoadCluster> {
    const cluster = await LoadCluster.start(options);
    await cluster.connectAgents(options.agents, options.slots);
    await cluster.subscribe(options.encoding);
    return cluster;
  }

  private async isLeading(): Promise<void> {
    const deadlineMs = performance.now() + START_TIMEOUT_MS;
    for (;;) {
      const up = await fetch(`http://127.0.0.1:${this.port}/api/v1`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ type: "GET_AGENTS" }),
      }).then(
        ({ ok }) => ok,
        () => false,
      );
      if (up) return;
      if (this.master.exitCode !== null || performance.now() > deadlineMs)
        throw new Error("the master does not come up");
      await delay(50);
    }
  }

  async connectAgents(agents: number, slots: number): Promise<void> {
    const url = `ws://127.0.0.1:${this.port}${AGENT_PATH}`;
    const cpus = (slots / agents) * TASK_CPUS;
    this.order({ type: "CONNECT", url, agents, cpus });
    await reply<AgentsReply>(this.agents, "REGISTERED");
  }

  async subscribe(encoding: CallEncoding): Promise<void> {
    this.scheduler.send({ type: "SUBSCRIBE", port: this.port, encoding } satisfies SchedulerOrder);
    await reply<SchedulerReply>(this.scheduler, "SUBSCRIBED");
  }

  /** Launches tasks; resolves when so many run and are acknowledged. `wanted`: how many are launched in all. */
  async launchAndAwait(
    tasks: number,
    { policy = { type: "KEEP" } as AgentPolicy, wanted = tasks } = {},
  ): Promise<void> {
    this.order({ type: "POLICY", policy, notifyAt: tasks });
    const reached = reply<AgentsReply>(this.agents, "REACHED");
    this.scheduler.send({ type: "LAUNCH", tasks: wanted } satisfies SchedulerOrder);
    await reached;
  }

  setPolicy(policy: AgentPolicy): void {
    this.order({ type: "POLICY", policy });
  }

  async count(): Promise<AgentsCount> {
    this.order({ type: "COUNT" });
    const counted = await reply<AgentsReply>(this.agents, "COUNTED");
    return (counted as AgentsReply & { readonly type: "COUNTED" }).count;
  }

  /** How the master is since it was last asked. */
  async probe(order: Partial<ProbeOrder> = {}): Promise<ProbeReading> {
    this.master.send({ type: "PROBE", collect: false, ...order } satisfies ProbeOrder);
    const [reading] = (await once(this.master, "message")) as [ProbeReading];
    return reading;
  }

  async measure(work: () => Promise<void>): Promise<Usage> {
    await this.probe(profiling("START"));
    const before = this.cpu();
    const startedMs = performance.now();
    await work();
    const wallMs = performance.now() - startedMs;
    const after = this.cpu();
    const { stallMs, stallCpuMs } = await this.probe(profiling("STOP"));
    return {
      wallMs,
      masterCpuMs: after.master - before.master,
      agentsCpuMs: after.agents - before.agents,
      schedulerCpuMs: after.scheduler - before.scheduler,
      stallMs,
      stallCpuMs,
    };
  }

  private cpu() {
    const of = ({ pid = 0 }: ChildProcess): number => processCpuMs(pid);
    return { master: of(this.master), agents: of(this.agents), scheduler: of(this.scheduler) };
  }

  private order(order: AgentsOrder): void {
    this.agents.send(order);
  }

  async dispose(): Promise<void> {
    this.scheduler.kill();
    this.agents.kill();
    this.master.kill("SIGTERM");
    if (this.master.exitCode === null) await once(this.master, "exit");
    await rm(this.workDir, { recursive: true, force: true });
  }
}

/** A process that ends before it answers is a benchmark that has failed. */
async function reply<R extends { readonly type: string }>(
  child: ChildProcess,
  type: R["type"],
): Promise<R> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void =>
      reject(new Error(`a process ended with ${code} before its ${type}`));
    const onMessage = (message: unknown): void => {
      if ((message as R).type !== type) return;
      child.off("exit", onExit);
      child.off("message", onMessage);
      resolve(message as R);
    };
    child.on("exit", onExit);
    child.on("message", onMessage);
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (typeof address === "object" && address !== null) return address.port;
  throw new Error("no free port");
}

/** `BENCH_PROFILE=folder` writes a CPU profile of what each master does while it is measured there. */
function profiling(action: "START" | "STOP"): Pick<ProbeOrder, "profile"> {
  const folder = process.env["BENCH_PROFILE"];
  return folder === undefined ? {} : { profile: { folder, action } };
}
