import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { Resources } from "../../core/resources/resources.js";
import { eventually } from "../contracts/processes.js";
import { TestCluster } from "../testing/test-cluster.js";
import { TestScheduler } from "../testing/test-scheduler.js";
import { BookWatch } from "./books.js";
import { agentResources, expectAllEnded } from "./crash-tasks.js";

describe("an agent that freezes", function () {
  this.timeout(90_000);
  let cluster: TestCluster;
  let scheduler: TestScheduler | undefined;
  let watch: BookWatch | undefined;

  before(async () => {
    const master = { "agent-ping-timeout": "500ms", "max-agent-ping-timeouts": "2" };
    cluster = await TestCluster.start({ resources: agentResources, master });
    watch = new BookWatch(cluster.master.url);
  });

  after(async () => {
    scheduler?.dispose();
    try {
      await watch?.stop();
    } finally {
      cluster.agent.process?.signal("SIGCONT");
      await cluster?.dispose();
    }
  });

  it("is unreachable, and then back with its tasks", async () => {
    const { root, master, agent } = cluster;
    const frameworkInfo = { capabilities: [{ type: "PARTITION_AWARE" }] } as const;
    scheduler = await TestScheduler.start({ master: master.url, frameworkInfo });
    const task = {
      taskId: "long",
      command: `echo ran >> ${join(root, "ran-long")}; exec sleep 1000`,
      resources: Resources.parse("cpus:0.1;mem:16"),
    };
    scheduler.run([task]);
    const { updates, client } = scheduler;
    const told = (what: string) =>
      eventually(
        `told ${what}`,
        async () => updates.find(({ state, reason }) => what === `${state} ${reason ?? ""}`.trim()),
        20_000,
      );
    await told("TASK_RUNNING");
    await eventually("the task runs", async () =>
      readFile(join(root, "ran-long"), "utf8").catch(() => undefined),
    );

    agent.process?.signal("SIGSTOP");
    const gone = await told("TASK_UNREACHABLE REASON_AGENT_REMOVED");
    agent.process?.signal("SIGCONT");
    const back = await told("TASK_RUNNING REASON_AGENT_REREGISTERED");
    expect([back.agent_id, back.uuid]).to.deep.equal([gone.agent_id, undefined]);

    await client.kill({ value: "long" });
    const ends = await expectAllEnded(cluster, scheduler, [task]);
    expect(ends.get("long")).to.equal("TASK_KILLED");
  });
});
