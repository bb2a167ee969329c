import { mkdtemp, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { messageOf } from "../../core/base/kernel-error.js";
import { type LogFields, type Logger, silentLogger } from "../../core/base/logger.js";
import { nameService } from "../../core/base/service-name.js";
import type {
  ContainerConfig,
  ContainerLaunchInfo,
  ContainerLimitation,
  ContainerTermination,
} from "../../core/contracts/container.js";
import type { Isolator } from "../../core/contracts/isolator.js";
import type { Launcher, LaunchRequest } from "../../core/contracts/launcher.js";
import type { v1 } from "../../core/protocol/v1.js";
import { Resources } from "../../core/resources/resources.js";
import { VirtualClock } from "../../integration/simulator/virtual-clock.js";
import { PosixContainerizer } from "./posix.js";

class Gate<T = void> {
  open: (value: T) => void = () => {};
  fail: (error: Error) => void = () => {};
  readonly passed = new Promise<T>((resolve, reject) => {
    this.open = resolve;
    this.fail = reject;
  });
}

/** Launches nothing and writes down what it is asked for. */
class RecordingLauncher implements Launcher {
  readonly requests: LaunchRequest[] = [];
  readonly ended = new Gate<ContainerTermination>();
  private running = false;
  constructor(private readonly events: string[]) {}

  async recover(ids: readonly string[]): Promise<void> {
    this.events.push(`recover ${ids.join()}`);
    this.running = ids.length > 0;
  }
  async launch(_id: string, request: LaunchRequest): Promise<number> {
    this.requests.push(request);
    await request.isolate(7);
    this.events.push("launch");
    this.running = true;
    return 7;
  }
  async wait(): Promise<ContainerTermination | undefined> {
    return this.running ? this.ended.passed : undefined;
  }
  async kill(): Promise<void> {}
  async destroy(): Promise<void> {
    this.events.push("destroy");
    this.ended.open({ signal: 9 });
  }
}

describe("PosixContainerizer", () => {
  let directory: string;
  let events: string[];
  let launcher: RecordingLauncher;
  let clock: VirtualClock;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "dasmos-"));
    events = [];
    clock = new VirtualClock();
    launcher = new RecordingLauncher(events);
  });
  afterEach(() => rm(directory, { recursive: true }));

  /** An isolator that writes down what it is asked for; `steps` are taken instead. */
  function isolator(name: string, steps: Isolator = {}): Isolator {
    const tell = (event: string): void => void events.push(`${name} ${event}`);
    const told: Isolator = {
      async recover(states) {
        tell(`recover ${states.map(({ containerId }) => containerId).join()}`);
      },
      async prepare() {
        tell("prepare");
        return undefined;
      },
      async isolate(_id, pid) {
        tell(`isolate ${pid}`);
      },
      async cleanup() {
        tell("cleanup");
      },
    };
    nameService(told, name);
    return Object.assign(told, steps);
  }

  function preparing(info: ContainerLaunchInfo): Isolator {
    return isolator("preparing", { prepare: async () => info });
  }

  function containerizer(isolators: readonly Isolator[], logger: Logger = silentLogger) {
    const containerLogger = {
      async prepare() {
        events.push("log");
        return { stdout: "/out", stderr: "/err" };
      },
    };
    return new PosixContainerizer(isolators, launcher, containerLogger, logger, clock);
  }

  /** Writes down what is logged, with the message of the cause. */
  function recordingLogger() {
    const lines: string[] = [];
    const log =
      (level: string) =>
      (line: string, { cause }: LogFields = {}): void =>
        void lines.push(`${level} ${line}${cause === undefined ? "" : `: ${messageOf(cause)}`}`);
    const logger: Logger = Object.assign(Object.create(silentLogger), {
      warn: log("warn"),
      error: log("error"),
    });
    return { logger, lines };
  }

  function config(rest: Partial<ContainerConfig> = {}): ContainerConfig {
    return {
      executorInfo: { executor_id: { value: "executor" } },
      frameworkInfo: { name: "framework", user: "root" },
      command: { value: "true" },
      resources: Resources.parse("cpus:1"),
      volumes: [],
      directory: `${directory}/sandbox`,
      environment: {},
      ...rest,
    };
  }

  function failure(launch: Promise<unknown>): Promise<string> {
    return launch.then(
      () => expect.fail("was launched"),
      (error: Error) => error.message,
    );
  }

  it("prepares and isolates in order, and cleans up in reverse", async () => {
    const tested = containerizer([isolator("a"), isolator("b")]);
    expect(await tested.launch("c", config())).to.deep.equal({ type: "LAUNCHED", pid: 7 });
    launcher.ended.open({ exitCode: 0 });
    expect(await tested.wait("c")).to.deep.equal({ exitCode: 0 });
    expect(events).to.deep.equal([
      ...["a prepare", "b prepare", "log", "a isolate 7", "b isolate 7", "launch"],
      ...["destroy", "b cleanup", "a cleanup"],
    ]);
  });

  it("lets later isolators win over earlier ones, and the command over all", async () => {
    const tested = containerizer([
      preparing({
        environment: { A: "1", B: "1", C: "1" },
        workingDirectory: "/one",
        cgroups: ["/g/1"],
      }),
      preparing({ environment: { B: "2", C: "2" }, workingDirectory: "/two", cgroups: ["/g/2"] }),
    ]);
    const environment = { variables: [{ name: "C", value: "3" }] };
    const command = { value: "run", shell: false, arguments: ["name", "x"], environment };
    await tested.launch("c", config({ command, environment: { A: "0", PATH: "/bin" } }));
    const [{ isolate: _, ...request } = { isolate: undefined }] = launcher.requests;
    expect(request).to.deep.equal({
      command: { path: "run", argv: ["name", "x"] },
      environment: { A: "1", B: "2", C: "3", PATH: "/bin" },
      workingDirectory: "/two",
      cgroups: ["/g/1", "/g/2"],
      stdout: "/out",
      stderr: "/err",
    });
  });

  it("makes links inside the sandbox and refuses them outside", async () => {
    const links = (path: string) => preparing({ symlinks: [{ path, target: "/volume" }] });
    await containerizer([links("data/volume")]).launch("c", config());
    expect(await readlink(`${directory}/sandbox/data/volume`)).to.equal("/volume");
    const message = await failure(containerizer([links("../out")]).launch("d", config()));
    expect(message).to.equal("'../out' is not inside the sandbox");
  });

  it("cleans up after an isolator that fails to prepare, and launches nothing", async () => {
    const failing = isolator("b", { prepare: () => Promise.reject(new Error("no room")) });
    const tested = containerizer([isolator("a"), failing, isolator("c")]);
    expect(await failure(tested.launch("x", config()))).to.equal(
      "isolator b failed to prepare: no room",
    );
    expect(events).to.deep.equal(["a prepare", "destroy", "c cleanup", "b cleanup", "a cleanup"]);
    expect(await tested.wait("x")).to.deep.equal({
      state: "TASK_FAILED",
      reason: "REASON_CONTAINER_LAUNCH_FAILED",
      message: "isolator b failed to prepare: no room",
    });
  });

  it("destroys a container that reaches a limit, and says which", async () => {
    const limit = new Gate<ContainerLimitation>();
    const tested = containerizer([isolator("a", { watch: () => limit.passed })]);
    await tested.launch("c", config());
    const resources = Resources.parse("mem:32").toWire();
    limit.open({ reason: "REASON_CONTAINER_LIMITATION_MEMORY", message: "too much", resources });
    expect(await tested.wait("c")).to.deep.equal({
      signal: 9,
      state: "TASK_FAILED",
      reason: "REASON_CONTAINER_LIMITATION_MEMORY",
      message: "too much",
      limitedResources: resources,
    });
  });

  it("destroys a container that nobody watches any more", async () => {
    const watch = new Gate<ContainerLimitation>();
    const tested = containerizer([isolator("a", { watch: () => watch.passed })]);
    await tested.launch("c", config());
    watch.fail(new Error("gone blind"));
    expect(await tested.wait("c")).to.deep.equal({
      signal: 9,
      state: "TASK_FAILED",
      message: "isolator a failed: gone blind",
    });
  });

  it("names an isolator whose limitation is none, and destroys that container alone", async () => {
    const problems: readonly (readonly [unknown, string])[] = [
      [undefined, "limitation: expected an object, got undefined"],
      [
        { reason: "NOPE", message: "", resources: [] },
        'limitation.reason: expected a name of mesos.v1.TaskStatus.Reason, got "NOPE"',
      ],
      [
        { reason: "REASON_CONTAINER_LIMITATION", message: 5, resources: [] },
        "limitation.message: expected a string, got 5",
      ],
      [
        { reason: "REASON_CONTAINER_LIMITATION", message: "", resources: [{ name: "mem" }] },
        "limitation.resources[0].type: required, but not set",
      ],
    ];
    for (const [limitation, problem] of problems) {
      launcher = new RecordingLauncher(events);
      const watch = async () => limitation as ContainerLimitation;
      const tested = containerizer([isolator("odd", { watch })]);
      await tested.launch("c", config());
      const message = `isolator odd failed: ${problem}`;
      expect(await tested.wait("c")).to.deep.equal({ signal: 9, state: "TASK_FAILED", message });
    }
  });

  it("names an isolator whose launch information is none", async () => {
    const junk = async () => ({ environment: { A: 1 } }) as unknown as ContainerLaunchInfo;
    const tested = containerizer([isolator("odd", { prepare: junk })]);
    expect(await failure(tested.launch("c", config()))).to.equal(
      "isolator odd failed to prepare: launch information.environment: expected a string, got 1",
    );
  });

  it("waits for the step under way when a container is destroyed in its launch", async () => {
    const [begun, step] = [new Gate(), new Gate()];
    const prepare = async () => {
      begun.open();
      await step.passed;
      events.push("slow ends");
      return undefined;
    };
    const tested = containerizer([isolator("slow", { prepare }), isolator("next")]);
    const launch = failure(tested.launch("c", config()));
    await begun.passed;
    const waiting = tested.wait("c");
    const destroyed = tested.destroy("c");
    step.open();
    await destroyed;
    expect(await launch).to.equal("container destroyed while it was launched");
    expect(await waiting).to.deep.equal({ message: "container destroyed while it was launched" });
    expect(events).to.deep.equal(["destroy", "slow ends", "next cleanup", "slow cleanup"]);
  });

  it("ends a container though an isolator fails to clean up, and logs that", async () => {
    const { logger, lines } = recordingLogger();
    const failing = isolator("b", { cleanup: () => Promise.reject(new Error("busy")) });
    const tested = containerizer([isolator("a"), failing], logger);
    await tested.launch("c", config());
    await tested.destroy("c");
    expect(events.at(-1)).to.equal("a cleanup");
    expect(lines).to.deep.equal(["error isolator b failed to clean up: busy"]);
  });

  it("ends a container though an isolator never finishes to clean up, and logs that", async () => {
    const { logger, lines } = recordingLogger();
    const [begun, never] = [new Gate(), new Gate()];
    const cleanup = () => {
      begun.open();
      return never.passed;
    };
    const tested = containerizer([isolator("a"), isolator("b", { cleanup })], logger);
    await tested.launch("c", config());
    const destroyed = tested.destroy("c");
    await begun.passed;
    clock.runNext(59_999);
    expect([tested.containers(), lines]).to.deep.equal([["c"], []]);
    clock.runNext(60_000);
    await destroyed;
    expect(await tested.wait("c")).to.deep.equal({ signal: 9 });
    expect(events.at(-1)).to.equal("a cleanup");
    expect(lines).to.deep.equal([
      "warn isolator b has not cleaned up within 60 s: the container ends without it",
    ]);
  });

  it("recovers the launcher before the isolators, and watches what it recovered", async () => {
    const limit = new Gate<ContainerLimitation>();
    const tested = containerizer([isolator("a", { watch: () => limit.passed }), isolator("b")]);
    const { executorInfo } = config();
    await tested.recover([{ containerId: "c", executorInfo, directory, pid: 5 }]);
    expect(events).to.deep.equal(["recover c", "a recover c", "b recover c"]);
    expect((await tested.status("c")).executor_pid).to.equal(5);
    limit.open({ reason: "REASON_CONTAINER_LIMITATION", message: "full", resources: [] });
    expect(await tested.wait("c")).to.include({ signal: 9, message: "full" });
  });

  it("merges what isolators report", async () => {
    const network = { ip_addresses: [{ ip_address: "10.0.0.1" }] };
    const tested = containerizer([
      isolator("a", { usage: async () => ({ processes: 2 }) }),
      isolator("b", {
        usage: async () => ({ disk_used_bytes: 3 }),
        status: async () => ({ network_infos: [network] }),
      }),
      isolator("c", { status: async () => ({ network_infos: [{ name: "net" }] }) }),
    ]);
    await tested.launch("x", config());
    const { timestamp: _, ...usage } = await tested.usage("x");
    expect(usage).to.deep.equal({
      cpus_limit: 1,
      mem_limit_bytes: 0,
      processes: 2,
      disk_used_bytes: 3,
    });
    expect(await tested.status("x")).to.deep.equal({
      container_id: { value: "x" },
      executor_pid: 7,
      network_infos: [network, { name: "net" }],
    });
  });

  it("merges what the others report where an isolator fails to, and logs that once", async () => {
    const { logger, lines } = recordingLogger();
    const blind = isolator("b", {
      usage: () => Promise.reject(undefined),
      status: async () => ({ executor_pid: "seven" }) as unknown as v1.ContainerStatus,
    });
    const seeing = isolator("a", { usage: async () => ({ processes: 2, timestamp: 5 }) });
    const tested = containerizer([blind, seeing], logger);
    await tested.launch("x", config());
    for (const _ of [1, 2]) {
      expect((await tested.usage("x")).processes).to.equal(2);
      expect((await tested.status("x")).executor_pid).to.equal(7);
    }
    expect((await tested.usage("x")).timestamp).to.be.above(5);
    const again = "this is not logged again";
    expect(lines).to.deep.equal([
      `warn isolator b failed to tell a container's usage; ${again}: undefined was thrown`,
      `warn isolator b failed to tell a container's status; ${again}: status.executor_pid: expected a number, got "seven"`,
    ]);
  });
});
