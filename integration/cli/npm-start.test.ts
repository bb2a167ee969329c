import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { eventually, gone } from "../contracts/processes.js";
import { CommandProcess, root } from "./command-process.js";
import { makeMarkedDirectory, removeMarkedDirectory } from "./local-cluster.js";
import { allProcesses, descendantsOf } from "./process-tree.js";

const UP_LIMIT_MS = 3_000;
/** What a start may take of a processor: on a machine with other work to do, time says nothing. */
const UP_LIMIT_CPU_MS = 2_000;
/** The processor time that the living processes of a group have used. */
function cpuMsOf(group: number): number {
  const members = allProcesses().filter((one) => one.group === group);
  return members.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
}

/** Every file of the checkout that git has, or would take. */
function copyCheckout(to: string): void {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
  const { stdout, status } = spawnSync("git", args, { cwd: root, encoding: "utf8" });
  expect(status, "git lists the files of the checkout").to.equal(0);
  for (const file of stdout.split("\0").filter((one) => one !== "" && one !== "node_modules")) {
    mkdirSync(join(to, dirname(file)), { recursive: true });
    cpSync(join(root, file), join(to, file), { force: true });
  }
  symlinkSync(join(root, "node_modules"), join(to, "node_modules"));
}

describe("npm start on a fresh checkout", function () {
  this.timeout(240_000);
  let directory: string;
  before(async () => {
    directory = await makeMarkedDirectory();
    copyCheckout(directory);
  });
  after(() => removeMarkedDirectory(directory));

  function start(): CommandProcess {
    return new CommandProcess("npm", ["start", "--", "--port=0", "--agent-port=0"], {
      directory,
      environment: { TEST_MARK: directory },
    });
  }

  async function stop(npm: CommandProcess): Promise<void> {
    const family = descendantsOf(npm.pid);
    expect(family.length, "npm, a cluster and its spawner").to.be.greaterThan(1);
    npm.signalGroup("SIGINT");
    await npm.ended;
    for (const { pid } of family) await gone(pid);
  }

  it("builds, starts a cluster and runs a task on it; Ctrl-C ends all of it", async () => {
    const npm = start();
    await eventually("it builds", async () =>
      npm.text("stderr").includes("building dasmos") ? true : undefined,
    );
    const built = new CommandProcess(
      "bash",
      ["-c", "until [ -e dist/build-stamp.json ]; do sleep 0.2; done"],
      { directory },
    );
    await built.ended;
    await npm.writes("stdout", /It ended as TASK_FINISHED: Command exited with status 0\n/);
    await npm.writes("stdout", /Press Ctrl-C to stop everything\.\n/);
    expect(npm.text("stdout")).to.match(/^ {2}\| Hello from \S+\/\.dasmos\/agent-1\/slaves\//m);
    await stop(npm);
    expect(npm.text("stdout")).to.match(/Stopping everything\.\n$/);
  });

  it("is up within three seconds when it is built already", async () => {
    const startMs = performance.now();
    const npm = start();
    await npm.writes("stdout", /a cluster is up/);
    const tookMs = performance.now() - startMs;
    const cpuMs = cpuMsOf(npm.pid);
    expect(npm.text("stderr")).not.to.contain("building");
    npm.signalGroup("SIGINT");
    await npm.ended;
    const isBusy = (loadavg()[0] ?? 0) > availableParallelism();
    if (isBusy) expect(cpuMs).to.be.lessThan(UP_LIMIT_CPU_MS);
    else expect(tookMs).to.be.lessThan(UP_LIMIT_MS);
  });

  it("has made what the command line needs", async () => {
    const help = await new CommandProcess("npx", ["dasmos", "--help"], { directory }).ended;
    expect(help.end).to.equal(0);
    for (const command of ["local", "master", "agent", "run", "tasks", "agents", "frameworks"])
      expect(help.stdout).to.match(new RegExp(`^ {2}${command} `, "m"));
  });
});
