import { chmodSync, readFileSync, readlinkSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { eventually, processesMarked } from "../contracts/processes.js";
import { TestCluster } from "../testing/test-cluster.js";
import { type CommandProcess, dasmos, root } from "./command-process.js";
import { makeMarkedDirectory, removeMarkedDirectory } from "./local-cluster.js";
import { descendantsOf } from "./process-tree.js";
import { TaskLauncher } from "./task-launcher.js";

interface Slaves {
  readonly slaves: readonly { readonly active: boolean }[];
}

/** The process ids of the processes that bear the mark in their environment and run `program`. */
async function pidsOf(mark: string, program: string): Promise<readonly number[]> {
  const texts = await processesMarked(mark);
  return texts
    .filter((text) => text.split(" ")[1] === program)
    .map((text) => Number.parseInt(text));
}

describe("a master and an agent", function () {
  this.timeout(120_000);
  let directory: string;
  let started: CommandProcess[] = [];
  beforeEach(async () => {
    directory = await makeMarkedDirectory();
  });
  afterEach(async () => {
    for (const one of started) one.signalGroup("SIGKILL");
    started = [];
    await removeMarkedDirectory(directory);
  });

  function start(...args: readonly string[]): CommandProcess {
    const one = dasmos(args, { directory: root, environment: { TEST_MARK: directory } });
    started.push(one);
    return one;
  }

  it("start from the configuration files that come with them", async () => {
    const where = (name: string) => ["--port=0", `--work-dir=${directory}/${name}`];
    const master = start("master", "--config", "config/master.yaml", ...where("master"));
    const [, port = ""] = await master.writes("stderr", /master is up host=\S+ port=(\d+)/);
    const file = ["--config", "config/agent.yaml", `--runtime-dir=${directory}/run`];
    const agent = start("agent", ...file, `--master=http://127.0.0.1:${port}/`, ...where("agent"));
    await agent.writes("stderr", /INFO {2}registered agentId=\S+-S0 master=127\.0\.0\.1/);
    for (const one of [agent, master]) {
      one.signal("SIGTERM");
      expect((await one.ended).end).to.equal(0);
    }
  });

  it("refuses to run a second agent in the runtime directory of the first, whose tasks it would destroy", async () => {
    const cluster = await TestCluster.start();
    try {
      const run = `${cluster.root}/run`;
      const flags = ["--port=0", "--master=127.0.0.1:1", `--work-dir=${directory}/second`];
      const second = start("agent", ...flags, `--runtime-dir=${run}`);
      expect(await second.ended).to.deep.equal({
        end: 1,
        stdout: "",
        stderr: `error: ${run} is in use by process ${cluster.agent.process?.pid}: stop it, or choose another runtime directory (runtimeDir or --runtime-dir) (WORK_DIRECTORY_LOCKED)\n`,
      });
    } finally {
      await cluster.dispose();
    }
  });

  it("stops an agent at SIGTERM without touching its tasks, and shows their sandboxes when it is back", async () => {
    const cluster = await TestCluster.start();
    const launcher = await TaskLauncher.start(cluster.master.url);
    try {
      const command = { value: "echo kept; exec sleep 1000" };
      await launcher.launch({ task_id: { value: "t" }, command });
      await launcher.running("t");
      await eventually("the shell has become its command", async () =>
        (await pidsOf(cluster.root, "sleep")).length === 1 ? true : undefined,
      );
      expect(await cluster.agent.process?.stop("SIGTERM")).to.equal(0);
      expect((await pidsOf(cluster.root, "sleep")).length).to.equal(1);
      await cluster.agent.start();
      await cluster.registered();
      const runs = `/frameworks/${launcher.client.frameworkId}/executors/t/runs`;
      expect(
        await cluster.agent.get(`/files/read?path=${runs}/latest/stdout&offset=0`),
      ).to.deep.equal({ offset: 0, data: "kept\n" });
    } finally {
      await launcher.dispose();
      await cluster.dispose();
    }
  });

  it("unregisters an agent at SIGUSR1: its tasks end, and the master forgets it", async () => {
    const cluster = await TestCluster.start();
    const launcher = await TaskLauncher.start(cluster.master.url, {
      capabilities: [{ type: "PARTITION_AWARE" }],
    });
    try {
      await launcher.launch({ task_id: { value: "t" }, command: { value: "exec sleep 1000" } });
      await launcher.running("t");
      expect(await cluster.agent.process?.stop("SIGUSR1")).to.equal(0);
      expect((await launcher.update("t")).state).to.be.oneOf(["TASK_KILLED", "TASK_LOST"]);
      expect(await processesMarked(`${cluster.root}/agent`)).to.deep.equal([]);
      const { slaves } = await cluster.master.get<Slaves>("/slaves");
      expect(slaves).to.deep.equal([]);
    } finally {
      await launcher.dispose();
      await cluster.dispose();
    }
  });
});

describe("a task's processes", function () {
  this.timeout(120_000);
  let cluster: TestCluster;
  let launcher: TaskLauncher;
  before(async () => {
    cluster = await TestCluster.start();
    launcher = await TaskLauncher.start(cluster.master.url);
  });
  after(async () => {
    await launcher.dispose();
    await cluster.dispose();
  });

  const run = async (id: string, value: string) => {
    await launcher.launch({ task_id: { value: id }, command: { value } });
    return launcher.update(id);
  };

  it("work in a sandbox where Mesos has it, with a link to the latest run", async () => {
    const status = await run("layout", "echo out; echo err >&2; touch mine; pwd -P");
    expect(status.state).to.equal("TASK_FINISHED");
    const framework = launcher.client.frameworkId ?? "";
    const slaves = join(cluster.root, "agent", "slaves");
    const agent = status.agent_id?.value ?? "";
    const runs = join(slaves, agent, "frameworks", framework, "executors", "layout", "runs");
    const container = status.container_status?.container_id?.value ?? "";
    expect((await readdir(runs)).toSorted()).to.deep.equal([container, "latest"].toSorted());
    expect(readlinkSync(join(runs, "latest"))).to.match(new RegExp(`(^|/)${container}$`));
    const sandbox = join(runs, container);
    expect((await readdir(sandbox)).toSorted()).to.deep.equal(["mine", "stderr", "stdout"]);
    expect(readFileSync(join(sandbox, "stdout"), "utf8")).to.equal(`out\n${sandbox}\n`);
    expect(readFileSync(join(sandbox, "stderr"), "utf8")).to.equal("err\n");
  });

  it("have exactly the environment that Mesos gives them", async () => {
    const status = await run("environment", "exec env");
    const framework = launcher.client.frameworkId ?? "";
    const agent = status.agent_id?.value ?? "";
    const executors = join("slaves", agent, "frameworks", framework, "executors");
    const container = status.container_status?.container_id?.value ?? "";
    const sandbox = join(cluster.root, "agent", executors, "environment", "runs", container);
    const lines = readFileSync(join(sandbox, "stdout"), "utf8").trimEnd().split("\n");
    const shell = /^(?:PWD|SHLVL|_|OLDPWD)=/;
    expect(lines.filter((line) => !shell.test(line)).toSorted()).to.deep.equal(
      [
        // Not of Mesos: by it a process is found wherever it has moved to.
        `DASMOS_CONTAINER_ID=${container}`,
        "LIBPROCESS_IP=127.0.0.1",
        "LIBPROCESS_PORT=0",
        `MESOS_AGENT_ENDPOINT=${cluster.agent.address}`,
        "MESOS_ALLOCATION_ROLE=*",
        "MESOS_CHECKPOINT=0",
        `MESOS_DIRECTORY=${sandbox}`,
        "MESOS_EXECUTOR_ID=environment",
        "MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD=2secs",
        `MESOS_FRAMEWORK_ID=${framework}`,
        "MESOS_HTTP_COMMAND_EXECUTOR=1",
        `MESOS_SANDBOX=${sandbox}`,
        `MESOS_SLAVE_ID=${agent}`,
        `MESOS_SLAVE_PID=slave(1)@${cluster.agent.address}`,
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      ].toSorted(),
    );
  });

  it("are killed as a whole tree: asked first, made to after the grace period", async () => {
    const stubborn =
      "trap 'echo asked' TERM; (setsid sleep 1001 &) ; sleep 1002 & while :; do wait; done";
    await launcher.launch({
      task_id: { value: "stubborn" },
      command: { value: `echo up; ${stubborn}` },
      kill_policy: { grace_period: { nanoseconds: 1_000_000_000 } },
    });
    const { agent_id } = await launcher.running("stubborn");
    await eventually("both sleep", async () =>
      (await pidsOf(cluster.root, "sleep")).length === 2 ? true : undefined,
    );
    const killedMs = performance.now();
    await launcher.client.kill({ value: "stubborn" }, agent_id);
    const { state, message } = await launcher.update("stubborn");
    expect([state, message]).to.deep.equal([
      "TASK_KILLED",
      "Command terminated with signal SIGKILL",
    ]);
    expect(performance.now() - killedMs).to.be.greaterThan(900);
    expect(await pidsOf(cluster.root, "sleep")).to.deep.equal([]);
  });

  it("leave no zombie behind while their agent lives", async () => {
    for (const id of ["z1", "z2", "z3"]) await run(id, "(sleep 0.1 &); true");
    const pid = cluster.agent.process?.pid ?? 0;
    await eventually("no zombie is left", async () =>
      descendantsOf(pid).some(({ state }) => state === "Z") ? undefined : true,
    );
  });

  it("run as the user of their command, or else of their framework", async function () {
    if (process.getuid?.() !== 0) {
      expect((await run("mine", `[ "$(id -u)" = ${process.getuid?.()} ]`)).state).to.equal(
        "TASK_FINISHED",
      );
      return;
    }
    const own = await TestCluster.start({ agent: { "switch-user": "true" } });
    chmodSync(own.root, 0o755);
    const users = await TaskLauncher.start(own.master.url, { user: "nobody" });
    try {
      const test = (user: string) => `[ "$(id -un)" = ${user} ] && touch mine`;
      await users.launch(
        { task_id: { value: "framework" }, command: { value: test("nobody") } },
        { task_id: { value: "command" }, command: { value: test("daemon"), user: "daemon" } },
        { task_id: { value: "unknown" }, command: { value: "true", user: "no-such-user" } },
      );
      expect((await users.update("framework")).state).to.equal("TASK_FINISHED");
      expect((await users.update("command")).state).to.equal("TASK_FINISHED");
      const { state, message } = await users.update("unknown");
      expect(state).to.equal("TASK_FAILED");
      expect(message).to.match(/no-such-user/);
    } finally {
      await users.dispose();
      await own.dispose();
    }
  });
});
