import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, statSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { eventually, gone } from "../contracts/processes.js";
import { CommandProcess, root } from "./command-process.js";
import { makeMarkedDirectory, removeMarkedDirectory } from "./local-cluster.js";
import { descendantsOf } from "./process-tree.js";

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

  it("does nothing again that is up to date", async () => {
    const builtMs = () => statSync(join(directory, "dist/build-stamp.json")).mtimeMs;
    const before = builtMs();
    const npm = start();
    await npm.writes("stdout", /a cluster is up/);
    expect([npm.text("stderr").includes("building"), builtMs()]).to.deep.equal([false, before]);
    npm.signalGroup("SIGINT");
    await npm.ended;
  });

  it("has made what the command line needs", async () => {
    const help = await new CommandProcess("npx", ["dasmos", "--help"], { directory }).ended;
    expect(help.end).to.equal(0);
    for (const command of ["local", "master", "agent", "run", "tasks", "agents", "frameworks"])
      expect(help.stdout).to.match(new RegExp(`^ {2}${command} `, "m"));
  });
});
