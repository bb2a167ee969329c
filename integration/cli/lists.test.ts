import { expect } from "chai";
import { dasmos } from "./command-process.js";
import { LocalCluster } from "./local-cluster.js";
import { TaskLauncher } from "./task-launcher.js";

type Row = Readonly<Record<string, unknown>>;

/** The id under a key of a message. */
function idOf(row: Row | undefined, key: string): string {
  return (row?.[key] as { readonly value: string } | undefined)?.value ?? "";
}

describe("the commands that ask a master", function () {
  this.timeout(120_000);
  let cluster: LocalCluster;
  before(async () => {
    cluster = await LocalCluster.start(["--no-demo", "--resources=cpus:2;mem:1024"]);
    await cluster.run("run", "--name", "first", "--", "echo one; echo two >&2");
  });
  after(() => cluster.dispose());

  const json = async (...args: readonly string[]) => {
    const { end, stdout, stderr } = await cluster.run(...args, "--json");
    expect([end, stderr]).to.deep.equal([0, ""]);
    return JSON.parse(stdout) as readonly Row[];
  };

  it("show tables to read, and the messages of the API to scripts", async () => {
    const { end, stdout } = await cluster.run("tasks");
    const [head = "", row = ""] = stdout.split("\n");
    expect([end, head.split(/ +/)]).to.deep.equal([
      0,
      ["ID", "NAME", "STATE", "FRAMEWORK", "AGENT", "RESOURCES"],
    ]);
    expect(row).to.match(/^\S+ +first +TASK_FINISHED +\S+-0000 +\S+-S0 +cpus:0.1; mem:32$/);
    const [task] = await json("tasks");
    expect(task).to.include({ name: "first", state: "TASK_FINISHED" });

    expect((await cluster.run("agents")).stdout).to.match(
      /^ID +HOSTNAME +ACTIVE +TOTAL +ALLOCATED\n\S+-S0 +127\.0\.0\.1:\d+ +yes +cpus:2; .*mem:1024.* +-\n$/,
    );
    const [agent] = await json("agents");
    expect(agent).to.include({ active: true });

    expect((await cluster.run("frameworks")).stdout).to.match(
      /^ID +NAME +USER +ACTIVE +CONNECTED +ROLES\n\S+-0000 +dasmos run first +\S+ +no +no +\*\n$/,
    );
    const [framework] = await json("frameworks");
    expect(framework).to.include({ connected: false });
  });

  it("print what a task has printed", async () => {
    const [task] = await json("tasks");
    const id = idOf(task, "task_id");
    expect(await cluster.run("logs", id)).to.deep.equal({ end: 0, stdout: "one\n", stderr: "" });
    expect((await cluster.run("logs", "--stderr", id)).stdout).to.equal("two\n");
    expect((await cluster.run("logs", "-f", id)).stdout).to.equal("one\n");
    const line = JSON.parse((await cluster.run("logs", "--json", id)).stdout) as Row;
    expect(line).to.deep.equal({ taskId: id, file: "stdout", text: "one\n" });
  });

  it("follow a task until it ends, and end a framework with its tasks", async () => {
    const running = cluster.start(["run", "--", "echo up; sleep 1000"]);
    await running.writes("stdout", /up/);
    const task = (await json("tasks")).find(({ state }) => state === "TASK_RUNNING");
    const taskId = idOf(task, "task_id");
    const frameworkId = idOf(task, "framework_id");
    const following = cluster.start(["logs", "-f", taskId]);
    await following.writes("stdout", /up/);
    expect(await cluster.run("teardown", frameworkId)).to.deep.equal({
      end: 0,
      stdout: `${frameworkId} is torn down\n`,
      stderr: "",
    });
    expect((await following.ended).end).to.equal(0);
    const { end, stderr } = await running.ended;
    expect(end).to.equal(1);
    expect(stderr).to.match(/error: the master has ended the framework: .*\n$/);
  });

  it("ask whose task is meant where several frameworks have one of that id", async () => {
    const frameworks: string[] = [];
    for (const text of ["mine", "yours"]) {
      const launcher = await TaskLauncher.start(cluster.master);
      await launcher.launch({ task_id: { value: "same" }, command: { value: `echo ${text}` } });
      await launcher.update("same");
      frameworks.push(launcher.client.frameworkId ?? "");
      await launcher.dispose();
    }
    expect(await cluster.run("logs", "same")).to.deep.equal({
      end: 2,
      stdout: "",
      stderr: `error: several frameworks have a task 'same': say with --framework which of ${frameworks.join(", ")}\n`,
    });
    for (const [i, text] of ["mine\n", "yours\n"].entries())
      for (const more of [[], ["-f"]]) {
        const end = await cluster.run("logs", "same", `--framework=${frameworks[i]}`, ...more);
        expect(end).to.deep.equal({ end: 0, stdout: text, stderr: "" });
      }
    expect((await cluster.run("logs", "same", "--framework", "x")).stderr).to.equal(
      `error: no task 'same' of framework 'x' is known at ${cluster.master} (NOT_KNOWN)\n`,
    );
  });

  it("say of what they do not find that it is not there", async () => {
    expect(await cluster.run("logs", "nope")).to.deep.equal({
      end: 1,
      stdout: "",
      stderr: `error: no task 'nope' is known at ${cluster.master} (NOT_KNOWN)\n`,
    });
    const { end, stderr } = await cluster.run("teardown", "nope");
    expect([end, stderr]).to.deep.equal([
      1,
      `error: ${cluster.master} answered 400: No framework found with ID 'nope' (REQUEST_REFUSED)\n`,
    ]);
  });

  it("say in one line that there is no master", async () => {
    for (const command of [
      ["tasks"],
      ["agents"],
      ["frameworks"],
      ["logs", "x"],
      ["teardown", "x"],
    ]) {
      const { end, stdout, stderr } = await dasmos([...command, "--master", "127.0.0.1:4"]).ended;
      expect([end, stdout]).to.deep.equal([1, ""]);
      expect(stderr).to.match(/^error: http:\/\/127\.0\.0\.1:4: connect ECONNREFUSED .*\n$/);
    }
    const wrong = await dasmos(["tasks", "--master", "ftp://x"]).ended;
    expect([wrong.end, wrong.stderr]).to.deep.equal([
      2,
      'error: --master: expected http://host:port, got "ftp://x"\n',
    ]);
  });
});
