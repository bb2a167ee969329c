import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { Resources } from "../../core/resources/resources.js";
import { eventually } from "../contracts/processes.js";
import { TestCluster } from "../testing/test-cluster.js";
import { TestScheduler } from "../testing/test-scheduler.js";
import { agentResources, expectAllEnded } from "./crash-tasks.js";

describe("a master that freezes", function () {
  this.timeout(90_000);
  let cluster: TestCluster;
  let scheduler: TestScheduler | undefined;

  before(async () => {
    const master = {
      "heartbeat-interval": "300ms",
      "agent-ping-timeout": "500ms",
      "max-agent-ping-timeouts": "2",
    };
    cluster = await TestCluster.start({ resources: agentResources, master });
  });

  after(async () => {
    scheduler?.dispose();
    cluster?.master.process?.signal("SIGCONT");
    await cluster?.dispose();
  });

  it("is given up by agent and scheduler, and finds both and their tasks again", async () => {
    const { root, master, agent } = cluster;
    scheduler = await TestScheduler.start({ master: master.url });
    const task = {
      taskId: "long",
      command: `echo ran >> ${join(root, "ran-long")}; exec sleep 1000`,
      resources: Resources.parse("cpus:0.1;mem:16"),
    };
    scheduler.run([task]);
    await eventually("the task runs", async () =>
      readFile(join(root, "ran-long"), "utf8").catch(() => undefined),
    );
    master.process?.signal("SIGSTOP");
    await eventually("the agent has given it up", async () => {
      const { "slave/registered": registered } =
        await agent.get<Readonly<Record<string, number>>>("/metrics/snapshot");
      return registered === 0 ? true : undefined;
    });
    await eventually("the scheduler has given it up", async () =>
      (scheduler?.disconnections ?? 0) > 0 ? true : undefined,
    );
    master.process?.signal("SIGCONT");
    await cluster.registered();
    await eventually(
      "the scheduler is back",
      async () => ((scheduler?.subscriptions ?? 0) > 1 ? true : undefined),
      40_000,
    );
    await scheduler.client.kill({ value: "long" });
    const ends = await expectAllEnded(cluster, scheduler, [task]);
    expect(ends.get("long")).to.equal("TASK_KILLED");
  });
});
