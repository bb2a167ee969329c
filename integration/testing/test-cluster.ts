import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { eventually, processesMarked } from "../contracts/processes.js";
import { jsonLine, LineProcess } from "./line-process.js";

const program = fileURLToPath(new URL("../../../bin/dasmos.js", import.meta.url));

export interface TestClusterOptions {
  /** What the agent offers. */
  readonly resources?: string;
  /** More flags of the master, by their names. */
  readonly master?: Readonly<Record<string, string>>;
  /** More flags of the agent, by their names. */
  readonly agent?: Readonly<Record<string, string>>;
}

/**
 * A master and an agent as processes of their own, on free ports and in a directory of their own. Whatever runs in it
 * bears the directory's name in its command line or environment; disposing ends all of it, and fails where that leaves a
 * process.
 */
export class TestCluster {
  readonly master: TestNode;
  readonly agent: TestNode;

  private constructor(
    readonly root: string,
    options: TestClusterOptions,
  ) {
    this.master = new TestNode("master", root, {
      "work-dir": join(root, "master"),
      "allocation-interval": "50ms",
      ...options.master,
    });
    this.agent = new TestNode("agent", root, {
      "work-dir": join(root, "agent"),
      "runtime-dir": join(root, "run"),
      resources: options.resources ?? "cpus:4;mem:2048;disk:1024;ports:[31000-31099]",
      "registration-backoff-factor": "50ms",
      "executor-shutdown-grace-period": "2secs",
      // The schedulers name root, whoever runs the tests.
      "switch-user": "false",
      ...options.agent,
    });
  }

  /** Resolves once the agent has registered. */
  static async start(options: TestClusterOptions = {}): Promise<TestCluster> {
    const cluster = new TestCluster(await mkdtemp(join(tmpdir(), "dasmos-cluster-")), options);
    try {
      await cluster.master.start();
      await cluster.agent.start({ master: cluster.master.address });
      await cluster.registered();
      return cluster;
    } catch (error) {
      await cluster.dispose();
      throw error;
    }
  }

  /** Resolves once the master has the agent. */
  async registered(): Promise<void> {
    await eventually("the agent has registered", async () => {
      const { activated_slaves } = await this.master.get<{ readonly activated_slaves: number }>(
        "/state",
      );
      return activated_slaves === 1 ? true : undefined;
    });
  }

  async dispose(): Promise<void> {
    // A test may have failed while it was frozen.
    this.agent.process?.signal("SIGCONT");
    await this.agent.process?.stop("SIGUSR1");
    await this.master.process?.stop();
    const left = await processesMarked(this.root);
    for (const text of left) process.kill(Number.parseInt(text, 10), "SIGKILL");
    await rm(this.root, { recursive: true, force: true });
    if (left.length > 0) throw new Error(`processes were left behind:\n${left.join("\n")}`);
  }
}

/** A master or agent that can be stopped, killed and started again where it was. */
class TestNode {
  process: LineProcess | undefined;
  port = 0;

  constructor(
    private readonly kind: "master" | "agent",
    private readonly root: string,
    private readonly flags: Readonly<Record<string, string>>,
  ) {}

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  get url(): string {
    return `http://${this.address}`;
  }

  private more: Readonly<Record<string, string>> = {};

  /** Resolves once it answers: on a free port at first, then always on the same. */
  async start(more: Readonly<Record<string, string>> = this.more): Promise<void> {
    this.more = more;
    const flags = { ...this.flags, ...more, port: `${this.port}`, "log-format": "json" };
    const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
    this.process = new LineProcess(this.kind, process.execPath, [program, this.kind, ...args], {
      environment: { TEST_CLUSTER: this.root, LIBPROCESS_IP: "127.0.0.1" },
    });
    this.port = await this.process.line("is up", (line) => {
      const { msg, port } = jsonLine(line) ?? {};
      return msg === `${this.kind} is up` ? Number(port) : undefined;
    });
  }

  /** Ends it on the spot. */
  async kill(): Promise<void> {
    await this.process?.stop("SIGKILL");
  }

  async get<T>(path: string): Promise<T> {
    const response = await fetch(new URL(path, this.url));
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }
}
