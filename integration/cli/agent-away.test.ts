import { expect } from "chai";
import { eventually } from "../contracts/processes.js";
import { TestCluster } from "../testing/test-cluster.js";
import { type CommandProcess, dasmos } from "./command-process.js";

describe("a command that waits for a task whose agent is away", function () {
  this.timeout(120_000);
  let cluster: TestCluster;
  before(async () => {
    const master = { "agent-ping-timeout": "1secs", "max-agent-ping-timeouts": "5" };
    cluster = await TestCluster.start({ master });
  });
  after(() => cluster.dispose());

  function start(...args: readonly string[]): CommandProcess {
    const environment = { TEST_MARK: cluster.root, DASMOS_MASTER: cluster.master.address };
    return dasmos(args, { environment });
  }

  /** Its output may be here before the master knows that it runs. */
  function runningTask(): Promise<string> {
    return eventually("a task runs", async () => {
      const { tasks } = await cluster.master.get<{
        readonly tasks: readonly { readonly id: string; readonly state: string }[];
      }>("/tasks");
      return tasks.find(({ state }) => state === "TASK_RUNNING")?.id;
    });
  }

  it("says so once; run waits on, logs -f ends when the task is unreachable", async () => {
    const running = start("run", "--", "echo one; exec sleep 1000");
    await running.writes("stdout", /one/);
    const id = await runningTask();
    const following = start("logs", "-f", id);
    await following.writes("stdout", /one/);
    await cluster.agent.kill();

    const { end, stdout, stderr } = await following.ended;
    expect([end, stdout]).to.deep.equal([1, "one\n"]);
    expect(stderr.split("\n")).to.have.length(3);
    expect(stderr)
      .to.match(/^dasmos: no connection to the agent: http:\S+: .+\n/)
      .and.contain(`\nerror: task '${id}' is TASK_UNREACHABLE: `);

    await running.writes("stderr", /agent is unreachable; it may come back\n/);
    await cluster.agent.start();
    const { end: code, stderr: told } = await running.ended;
    expect(code).to.equal(1);
    expect(told.match(/no connection to the agent/g)).to.have.length(1);
    expect(told.match(/is unreachable/g)).to.have.length(1);
    expect(told).to.match(/dasmos: TASK_\w+: .*\n$/);
  });
});
