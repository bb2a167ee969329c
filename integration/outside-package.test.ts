import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { AgentHooks } from "../core/agent/agent-hooks.js";
import { SeededRandom } from "../core/base/random.js";
import { silentLogger } from "../core/base/logger.js";
import { AgentDirectories } from "../core/contracts/agent-directories.js";
import { Allocator } from "../core/contracts/allocator.js";
import { Isolator } from "../core/contracts/isolator.js";
import { MasterAddress } from "../core/contracts/leadership.js";
import { boot, provide } from "../core/kernel/boot.js";
import { loadConfigured } from "../core/node/load-configured.js";
import { loadAgentConfiguration, loadLocalConfiguration } from "../core/node/load-configuration.js";
import { startLocalCluster } from "../core/node/local-cluster.js";
import { TaskRun } from "../core/node/client/task-run.js";
import { MasterHooks } from "../core/master/master-hooks.js";
import { Resources } from "../core/resources/resources.js";
import { VirtualClock } from "./simulator/virtual-clock.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

const CONFIGURATION = `
workDir: work
master: 127.0.0.1:5050
modules:
  isolators: [filesystem/posix, dasmos-example-modules/sandbox-notes]
  plugins: [dasmos-example-modules/job-labels]
  parameters:
    dasmos-example-modules/sandbox-notes: { text: hello }
    dasmos-example-modules/job-labels: { value: nightly }
`;

const LOCAL_CONFIGURATION = `
port: 0
agentPort: 0
resources: cpus:1;mem:256;disk:256
master:
  modules:
    allocator: dasmos-example-modules/whole-agents
    registry: memory
    plugins: [dasmos-example-modules/job-labels]
    parameters:
      dasmos-example-modules/job-labels: { value: nightly }
agent:
  modules:
    isolators: [filesystem/posix, dasmos-example-modules/sandbox-notes]
    parameters:
      dasmos-example-modules/sandbox-notes: { text: from the cluster }
`;

describe("a package from outside", () => {
  let project = "";
  const clock = new VirtualClock();

  before(function () {
    this.timeout(60_000);
    project = mkdtempSync(join(tmpdir(), "dasmos-outside-"));
    const installed = join(project, "node_modules", "dasmos-example-modules");
    mkdirSync(join(project, "node_modules"));
    symlinkSync(root, join(project, "node_modules", "dasmos"));
    symlinkSync(join(root, "node_modules", "@types"), join(project, "node_modules", "@types"));
    cpSync(join(root, "integration", "outside-package"), installed, { recursive: true });
    const tsc = join(root, "node_modules", ".bin", "tsc");
    const built = spawnSync(tsc, ["-p", installed], { encoding: "utf8" });
    expect(built.stdout, "the package compiles against what dasmos exports").to.equal("");
    writeFileSync(join(project, "agent.yaml"), CONFIGURATION);
  });
  after(() => {
    rmSync(project, { recursive: true, force: true });
  });

  it("gives an agent its isolator and its plugin by configuration alone", async () => {
    const file = join(project, "agent.yaml");
    const loaded = await loadAgentConfiguration({ file, environment: {}, flags: [] });
    const hooks = new AgentHooks(silentLogger);
    const kernel = await boot({
      ...loaded,
      process: "agent",
      logger: silentLogger,
      clock,
      hooks: { agent: hooks },
      provided: [
        provide(AgentDirectories, { workDir: join(project, "work"), runtimeDir: project }),
        provide(MasterAddress, { hostname: "127.0.0.1", port: 5050 }),
      ],
    });
    const notes = kernel.getAll(Isolator).at(-1);
    const config = { directory: project } as Parameters<NonNullable<Isolator["prepare"]>>[1];
    expect(await notes?.prepare?.("c1", config)).to.deep.equal({
      environment: { SANDBOX_NOTE: "NOTE" },
    });
    expect(readFileSync(join(project, "NOTE"), "utf8")).to.equal("hello (c1)\n");
    const executor = { executor_id: { value: "e" } };
    expect(hooks.executorEnvironment.call({ PATH: "/bin" }, executor)).to.deep.equal({
      PATH: "/bin",
      LABEL_JOB: "nightly",
    });
    expect(kernel.routes.map(({ route }) => route.path)).to.deep.equal(["/job-labels"]);
    await kernel.dispose();
  });

  it("gives a master its allocator and its plugin", async () => {
    const loaded = await loadConfigured(
      {
        selected: [
          {
            kind: "allocator",
            reference: "dasmos-example-modules/whole-agents",
            path: "modules.allocator",
          },
        ],
        plugins: ["dasmos-example-modules/job-labels"],
        parameters: { "dasmos-example-modules/job-labels": { key: "team", value: "data" } },
      },
      project,
    );
    expect(loaded.problems).to.deep.equal([]);
    const hooks = new MasterHooks(silentLogger);
    const kernel = await boot({
      ...loaded,
      process: "master",
      logger: silentLogger,
      clock,
      hooks: { master: hooks },
    });
    const allocator = kernel.get(Allocator);
    const total = Resources.parse("cpus:4;mem:1024");
    const info = { hostname: "a1", resources: total.toWire() };
    allocator.initialize({
      allocationIntervalMs: 1000,
      random: new SeededRandom(1),
      fairnessExcludedResources: new Set(),
      filterGpuResources: true,
      minAllocatableResources: [],
      recoveryTimeoutMs: 0,
      agentRecoveryFactor: 0.8,
    });
    const framework = {
      info: { user: "u", name: "f" },
      roles: ["web"],
      suppressedRoles: new Set(""),
    };
    allocator.addFramework("f1", framework, new Map(), true);
    allocator.addAgent("a1", { info, capabilities: new Set(), total }, new Map(), 0);
    const { allocations, more } = allocator.allocate(0, 100);
    expect(more).to.equal(false);
    expect(
      allocations.map(({ frameworkId, role, agentId, resources }) => [
        frameworkId,
        role,
        agentId,
        resources.equals(total.allocate("web")),
      ]),
    ).to.deep.equal([["f1", "web", "a1", true]]);
    expect(allocator.allocate(0, 100).allocations).to.deep.equal([]);
    const task = { task_id: { value: "t" }, name: "t", agent_id: { value: "a1" } };
    const labels = hooks.launchTaskLabels.call({}, task, framework.info, info);
    expect(labels).to.deep.equal({ labels: [{ key: "team", value: "data" }] });
    await kernel.dispose();
  });

  it("has an allocator that keeps the contract, and runs ten thousand simulated agents", function () {
    this.timeout(300_000);
    const installed = join(project, "node_modules", "dasmos-example-modules");
    const suite = join(installed, "dist", "whole-agents.test.js");
    const mocha = join(root, "node_modules", ".bin", "mocha");
    const { status, stdout } = spawnSync(mocha, ["--no-config", "--timeout=60000", suite], {
      encoding: "utf8",
    });
    expect(status, stdout).to.equal(0);
  });

  it("runs a task on a cluster that is made of it", async function () {
    this.timeout(60_000);
    const file = join(project, "local.yaml");
    writeFileSync(file, LOCAL_CONFIGURATION);
    const environment = { DASMOS_WORK_DIR: join(project, "cluster") };
    const loaded = await loadLocalConfiguration({ file, environment, flags: [] });
    const cluster = await startLocalCluster(loaded, silentLogger);
    try {
      const master = `http://127.0.0.1:${cluster.master.port}`;
      let output = "";
      const { status } = await new TaskRun({
        master,
        command: ['cat "$SANDBOX_NOTE"'],
        name: "note",
        cpus: 0.1,
        memory: 32,
        environment: {},
        stdout: (bytes) => void (output += Buffer.from(bytes).toString()),
        stderr: () => {},
      }).run();
      expect([status.state, output.replace(/\(.*\)/, "")]).to.deep.equal([
        "TASK_FINISHED",
        "from the cluster \n",
      ]);
      const read = async (url: string) => (await fetch(url)).json();
      expect(await read(`${master}/job-labels`)).to.deep.equal({ key: "job", value: "nightly" });
      const agent = JSON.stringify(await read(`http://127.0.0.1:${cluster.agents[0]?.port}/state`));
      expect(agent).to.contain('"labels":[{"key":"job","value":"nightly"}]');
    } finally {
      await cluster.dispose();
    }
  });
});
