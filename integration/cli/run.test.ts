import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { eventually, processesMarked } from "../contracts/processes.js";
import { dasmos } from "./command-process.js";
import { LocalCluster } from "./local-cluster.js";

interface Tasks {
  readonly tasks: readonly { readonly id: string; readonly state: string }[];
}

describe("dasmos run", function () {
  this.timeout(120_000);
  let cluster: LocalCluster;
  before(async () => {
    cluster = await LocalCluster.start(["--no-demo", "--resources=cpus:2;mem:1024"]);
  });
  after(() => cluster.dispose());

  it("brings the task's output to its own, apart, and exits with its exit code", async () => {
    const end = await cluster.run("run", "--", "echo out; echo err >&2; exit 3");
    expect(end).to.deep.equal({
      end: 3,
      stdout: "out\n",
      stderr: "err\ndasmos: TASK_FAILED: Command exited with status 3\n",
    });
    const quiet = await cluster.run("run", "true");
    expect(quiet).to.deep.equal({ end: 0, stdout: "", stderr: "" });
  });

  it("exits with 128 and the number of the signal that ended the task", async () => {
    const killed = await cluster.run("run", "--", "kill -KILL $$");
    expect(killed.end).to.equal(128 + 9);
    expect(killed.stderr).to.contain("Command terminated with signal SIGKILL");
    expect((await cluster.run("run", "--", "kill -TERM $$")).end).to.equal(128 + 15);
  });

  it("takes one word for a shell command, several for a program and its arguments", async () => {
    expect((await cluster.run("run", "--", 'echo "a  $((1 + 1))"')).stdout).to.equal("a  2\n");
    const several = await cluster.run("run", "--", "printf", "%s|", "a  b", "$HOME", "*", "-x");
    expect(several.stdout).to.equal("a  b|$HOME|*|-x|");
  });

  it("shows output while the task runs", async () => {
    const file = join(cluster.directory, "go-on");
    const command = `echo first; until [ -e ${file} ]; do sleep 0.05; done; echo second`;
    const running = cluster.start(["run", "--", command]);
    await running.writes("stdout", /^first\n$/);
    await eventually("the task runs", async () => {
      const { tasks } = await cluster.get<Tasks>("/tasks?limit=1");
      return tasks[0]?.state === "TASK_RUNNING" ? true : undefined;
    });
    expect((await cluster.run("run", "--", "touch", file)).end).to.equal(0);
    expect((await running.ended).stdout).to.equal("first\nsecond\n");
  });

  it("brings five megabytes of any bytes, complete and in order", async () => {
    const file = join(cluster.directory, "bytes");
    const running = cluster.start([
      "run",
      "--",
      `head -c 5000000 /dev/urandom > ${file}; cat ${file}; sha256sum < ${file} >&2`,
    ]);
    const { end, stderr } = await running.ended;
    const bytes = running.bytes("stdout");
    const digest = createHash("sha256").update(bytes).digest("hex");
    expect([end, bytes.length, `${digest}  -\n`]).to.deep.equal([0, 5_000_000, stderr]);
  });

  it("gives the task its environment, resources and name", async () => {
    const flags = ["--env", "A=1", "--env", "B=x=y", "--cpus", "0.5", "--mem", "64", "--name", "n"];
    const { stdout } = await cluster.run("run", ...flags, "--", 'echo "$A $B $DASMOS_MASTER"');
    expect(stdout).to.equal("1 x=y \n");
    const listed = JSON.parse((await cluster.run("tasks", "--json")).stdout) as readonly {
      readonly name: string;
      readonly resources: readonly unknown[];
    }[];
    const task = listed.find(({ name }) => name === "n");
    expect(JSON.stringify(task?.resources))
      .to.match(/"cpus".*"value":0.5\b/)
      .and.match(/"mem".*"value":64\b/);
  });

  it("kills the task at Ctrl-C before it ends", async () => {
    const running = cluster.start(["run", "--", "sleep 1000 & echo up; wait"]);
    await running.writes("stdout", /up/);
    running.signalGroup("SIGINT");
    const { end, stderr } = await running.ended;
    expect(end).to.equal(128 + 15);
    expect(stderr).to.contain("killing the task");
    const { frameworks } = await cluster.get<{ readonly frameworks: readonly unknown[] }>("/state");
    expect(frameworks, "the framework is torn down").to.deep.equal([]);
    await eventually("its processes are gone", async () =>
      (await processesMarked(`${cluster.directory}/work`)).some((text) => text.includes("sleep"))
        ? undefined
        : true,
    );
  });

  it("kills the task when nobody reads its output any more", async () => {
    const script = `"$0" "$1" run --master "$2" -- 'while :; do echo y; sleep 0.01; done' | head -1; echo "\${PIPESTATUS[0]}"`;
    const { CommandProcess, root } = await import("./command-process.js");
    const args = ["-c", script, process.execPath, join(root, "bin/dasmos.js"), cluster.master];
    const { stdout } = await new CommandProcess("bash", args).ended;
    expect(stdout).to.equal(`y\n${128 + 15}\n`);
  });

  it("kills the task when its output cannot be written, and says why", async () => {
    const script = `"$0" "$1" run --master "$2" -- 'echo hi; exec sleep 1000' > /dev/full`;
    const { CommandProcess, root } = await import("./command-process.js");
    const args = ["-c", script, process.execPath, join(root, "bin/dasmos.js"), cluster.master];
    const { end, stderr } = await new CommandProcess("bash", args).ended;
    expect(end).to.equal(1);
    expect(stderr).to.match(/\nerror: cannot write the output: ENOSPC: [^\n]*\n$/);
    const { frameworks } = await cluster.get<{ readonly frameworks: readonly unknown[] }>("/state");
    expect(frameworks, "the framework is torn down").to.deep.equal([]);
  });

  it("waits for resources and says so; Ctrl-C then ends it at once", async () => {
    const running = cluster.start(["run", "--cpus", "64", "--", "true"]);
    await running.writes("stderr", /waiting for an offer with 64 cpus and 32 MiB of memory\n/);
    running.signalGroup("SIGINT");
    expect((await running.ended).end).to.equal(128 + 2);
  });

  it("tells scripts how the task ended", async () => {
    const { end, stdout, stderr } = await cluster.run("run", "--json", "--", "echo out; exit 4");
    const told = JSON.parse(stderr) as Readonly<Record<string, unknown>>;
    expect([end, stdout, told["state"], told["message"]]).to.deep.equal([
      4,
      "out\n",
      "TASK_FAILED",
      "Command exited with status 4",
    ]);
    expect(Object.keys(told)).to.include.members(["frameworkId", "taskId", "exitCode"]);
  });

  it("says in one line that there is no master", async () => {
    const { end, stdout, stderr } = await dasmos(["run", "--master", "127.0.0.1:9", "--", "true"])
      .ended;
    expect([end, stdout]).to.deep.equal([1, ""]);
    expect(stderr).to.match(/^error: no master can be reached at http:\/\/127\.0\.0\.1:9: .*\n$/);
  });

  it("takes no master that is asked over TLS", async () => {
    const { end, stdout, stderr } = await cluster.run("run", "--master", "https://a:1", "true");
    expect([end, stdout]).to.deep.equal([2, ""]);
    expect(stderr).to.equal('error: --master: expected http://host:port, got "https://a:1"\n');
  });

  it("takes no number that is none, and needs a command", async () => {
    for (const args of [
      ["--cpus", "many", "true"],
      ["--cpus", "1e400", "true"],
      ["--env", "A", "true"],
      [],
    ])
      expect((await cluster.run("run", ...args)).end).to.equal(2);
    expect(existsSync(join(cluster.directory, "work"))).to.equal(true);
  });
});
