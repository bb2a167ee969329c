import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { chmod } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect } from "chai";
import { eventually, processesMarked } from "../contracts/processes.js";
import { CommandProcess, dasmos, root, unprivilegedUser } from "./command-process.js";
import { LocalCluster, makeMarkedDirectory, removeMarkedDirectory } from "./local-cluster.js";

interface Agents {
  readonly slaves: readonly {
    readonly resources: Readonly<Record<string, unknown>>;
    readonly attributes: Readonly<Record<string, unknown>>;
  }[];
}

/** A port of the loopback address that somebody listens on: that one, if it is free. */
async function occupied(
  wanted = 0,
): Promise<{ readonly server: Server; readonly port: number } | undefined> {
  const server = createServer();
  server.unref();
  server.listen(wanted, "127.0.0.1");
  const isListening = await once(server, "listening").then(
    () => true,
    () => false,
  );
  return isListening ? { server, port: (server.address() as AddressInfo).port } : undefined;
}

/** The first of two ports next to each other that are free. */
async function twoFreePorts(): Promise<number> {
  for (;;) {
    const first = await occupied();
    const second = first && (await occupied(first.port + 1));
    first?.server.close();
    second?.server.close();
    if (first !== undefined && second !== undefined) return first.port;
  }
}

describe("dasmos local", function () {
  this.timeout(120_000);
  let directory: string;
  // A checkout that has changed builds itself, and says so.
  before(() => dasmos(["--version"]).ended);
  beforeEach(async () => {
    directory = await makeMarkedDirectory();
  });
  afterEach(() => removeMarkedDirectory(directory));

  it("runs a small task, says how it went and where things are, and stops at Ctrl-C", async () => {
    const cluster = await LocalCluster.start([], { directory });
    await cluster.process.writes("stdout", /Press Ctrl-C to stop everything\.\n$/);
    const { end, stdout, stderr } = await cluster.dispose();
    expect([end, stderr]).to.deep.equal([0, ""]);
    expect(stdout.replaceAll(directory, "DIR").replace(/:\d+\b/g, ":PORT")).to.match(
      new RegExp(
        [
          "^Dasmos \\d+\\.\\d+\\.\\d+: a cluster is up\\.\n",
          "  master     http://127\\.0\\.0\\.1:PORT",
          "  agent      http://127\\.0\\.0\\.1:PORT",
          "  sandboxes  DIR/work/agent-1/slaves",
          "  API        http://127\\.0\\.0\\.1:PORT/api/v1 .*",
          "  state      http://127\\.0\\.0\\.1:PORT/state\n",
          'Running a small task: echo "Hello from \\$MESOS_SANDBOX"',
          "  \\| Hello from DIR/work/agent-1/slaves/\\S+",
          "It ended as TASK_FINISHED: Command exited with status 0\n",
          "Run another: npx dasmos run --master 127.0.0.1:PORT -- 'echo hello; sleep 5'",
          "Press Ctrl-C to stop everything\\.\n",
          "Stopping everything\\.\n$",
        ].join("\n"),
      ),
    );
  });

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    it(`ends the tasks with it when it is asked to stop by ${signal}`, async () => {
      const cluster = await LocalCluster.start(["--no-demo"], { directory });
      const running = cluster.start(["run", "--", "trap '' TERM; sleep 1000 & echo up; wait"]);
      await running.writes("stdout", /up/);
      cluster.process.signalGroup(signal);
      // A terminal's signal reaches npm too, which passes it on.
      cluster.process.signal(signal);
      expect((await cluster.process.ended).end).to.equal(0);
      const left = await processesMarked(`${directory}/work`);
      expect(left.filter((text) => !text.includes("run --"))).to.deep.equal([]);
      running.signalGroup("SIGKILL");
      await running.ended;
    });

  it("ends what a cluster has left behind that was killed, when it is started again", async () => {
    const killed = await LocalCluster.start(["--no-demo"], { directory });
    const running = killed.start(["run", "--", "echo up; exec sleep 1000"]);
    await running.writes("stdout", /up/);
    killed.process.signalGroup("SIGKILL");
    running.signalGroup("SIGKILL");
    await running.ended;
    const sleeping = async () =>
      (await processesMarked(`${directory}/work`)).some((text) => text.includes("sleep 1000"));
    expect(await sleeping(), "the task outlives its cluster").to.equal(true);
    const next = await LocalCluster.start(["--no-demo"], { directory });
    expect(await sleeping()).to.equal(false);
    next.process.signalGroup("SIGINT");
    expect((await next.process.ended).end).to.equal(0);
  });

  it("gives every agent the resources and attributes it is told", async () => {
    const flags = ["--agents=3", "--resources=cpus:3;mem:512", "--attributes=rack:r1", "--no-demo"];
    const cluster = await LocalCluster.start(flags, { directory });
    const { slaves } = await cluster.get<Agents>("/slaves");
    expect(cluster.agents.length).to.equal(3);
    expect(
      slaves.map(({ resources, attributes }) => [resources["cpus"], resources["mem"], attributes]),
    ).to.deep.equal(Array(3).fill([3, 512, { rack: "r1" }]));
    expect(new Set(cluster.agents).size).to.equal(3);
    expect((await cluster.dispose()).stdout).not.to.contain("small task");
  });

  it("counts agent ports upwards, and takes its configuration from a file", async () => {
    const port = await twoFreePorts();
    const file = join(directory, "local.yaml");
    writeFileSync(
      file,
      `agents: 2\nagentPort: ${port}\ndemo: false\nmaster: { cluster: test }\nagent: { attributes: "a:b" }\n`,
    );
    const started = dasmos(["local", "-c", file, "--port=0", "--work-dir=work"], {
      directory,
      environment: { TEST_MARK: directory },
    });
    const [, master = ""] = await started.writes("stdout", /master +(http\S+)/);
    await started.writes("stdout", new RegExp(`agent +http://127.0.0.1:${port + 1}\n`));
    const state = (await (await fetch(`${master}/state`)).json()) as { readonly cluster: string };
    expect(state.cluster).to.equal("test");
    started.signalGroup("SIGTERM");
    expect((await started.ended).end).to.equal(0);
  });

  it("says which address is taken, and ends with 1", async () => {
    const port = (await occupied())?.port;
    for (const flags of [
      [`--port=${port}`, "--agent-port=0"],
      ["--port=0", `--agent-port=${port}`],
    ])
      expect(
        await dasmos(["local", ...flags, "--log-level=error", "--work-dir=work"], { directory })
          .ended,
      ).to.deep.equal({
        end: 1,
        stdout: "",
        stderr: `error: cannot listen on 127.0.0.1:${port}: another process listens there (ADDRESS_IN_USE)\n`,
      });
  });

  it("says who works in its work directory already, or that it cannot be worked in", async () => {
    const cluster = await LocalCluster.start(["--no-demo"], { directory });
    const work = `--work-dir=${directory}/work`;
    const again = await dasmos(["local", "--port=0", "--agent-port=0", work]).ended;
    expect(again).to.deep.equal({
      end: 1,
      stdout: "",
      stderr: `error: ${directory}/work/master is in use by process ${cluster.process.pid}: stop it, or choose another work directory (WORK_DIRECTORY_LOCKED)\n`,
    });
    cluster.process.signalGroup("SIGINT");
    await cluster.process.ended;
    writeFileSync(join(directory, "file"), "");
    const file = await dasmos([
      "local",
      "--port=0",
      "--agent-port=0",
      `--work-dir=${directory}/file`,
    ]).ended;
    expect(file.end).to.equal(1);
    expect(file.stderr).to.match(
      /^error: \S+\/file\/master cannot be worked in: .*ENOTDIR.* \(WORK_DIRECTORY_UNUSABLE\)\n$/,
    );
  });

  it("asks to be told that everybody may reach it", async () => {
    const flags = ["--port=0", "--agent-port=0", "--ip=0.0.0.0", "--work-dir=work", "--no-demo"];
    const refused = await dasmos(["local", ...flags], { directory }).ended;
    expect(refused.end).to.equal(1);
    expect(refused.stderr).to.match(/ip: expected a loopback address.*--insecure/);
    const started = dasmos(["local", ...flags, "--insecure"], { directory });
    await started.writes("stdout", /Press Ctrl-C/);
    started.signalGroup("SIGINT");
    expect((await started.ended).end).to.equal(0);
  });

  it("logs lines to read or JSON, of the level it is told, in colour on a terminal only", async () => {
    const flags = ["--no-demo", "--log-level=info"];
    const json = await LocalCluster.start([...flags, "--log-format=json"], { directory });
    json.process.signalGroup("SIGINT");
    const lines = (await json.process.ended).stderr.trimEnd().split("\n");
    const messages = lines.map((line) => (JSON.parse(line) as { readonly msg: string }).msg);
    expect(messages).to.include.members(["elected", "agent registered"]);

    const human = await LocalCluster.start(flags, { directory });
    human.process.signalGroup("SIGINT");
    const { stdout, stderr } = await human.process.ended;
    expect(stderr).to.match(/^\S+Z INFO {2}agent registered process=master agentId=/m);
    expect(stdout + stderr).not.to.contain("\u001b");

    const command = `'${process.execPath}' '${join(root, "bin/dasmos.js")}' local --port=0 --agent-port=0 --work-dir=work --log-level=info --no-demo`;
    const terminal = new CommandProcess("script", ["-qec", command, "/dev/null"], {
      directory,
      environment: { TEST_MARK: directory, TERM: "xterm" },
    });
    await terminal.writes("stdout", /agent registered/);
    expect(terminal.text("stdout")).to.contain("\u001b[36mINFO \u001b[0m agent registered");
    terminal.signal("SIGTERM");
    await terminal.ended;
    await eventually("what ran in the terminal is gone", async () =>
      (await processesMarked(directory)).length === 0 ? true : undefined,
    );
  });

  it("runs as a user without rights, as whom its tasks run then", async () => {
    const user = unprivilegedUser();
    const as = user === undefined ? {} : { user };
    await chmod(directory, 0o777);
    const cluster = await LocalCluster.start(["--no-demo"], { directory, ...as });
    const { end, stdout } = await cluster.start(["run", "--", "id -u"], as).ended;
    expect([end, stdout]).to.deep.equal([0, `${user ?? process.getuid?.()}\n`]);
    cluster.process.signalGroup("SIGINT");
    expect((await cluster.process.ended).end).to.equal(0);
  });

  it("is stopped cleanly when npm alone is told to stop", async () => {
    expect(readFileSync(join(root, "package.json"), "utf8")).to.contain('"start": "exec ');
    const flags = ["--port=0", "--agent-port=0", `--work-dir=${directory}/work`, "--no-demo"];
    const npm = new CommandProcess("npm", ["start", "--silent", "--", ...flags], {
      directory: root,
      environment: { TEST_MARK: directory },
    });
    await npm.writes("stdout", /Press Ctrl-C/);
    npm.signal("SIGTERM");
    await npm.ended;
    await eventually("all of it is gone", async () =>
      (await processesMarked(directory)).length === 0 ? true : undefined,
    );
  });
});
