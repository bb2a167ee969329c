import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { Explanation } from "../../core/contracts/allocator.js";
import { Resources } from "../../core/resources/resources.js";
import { eventually } from "../contracts/processes.js";
import { TestCluster } from "../testing/test-cluster.js";
import { TestScheduler } from "../testing/test-scheduler.js";

describe("a whitelist of hosts", function () {
  this.timeout(90_000);

  it("keeps an agent from being offered until the file names its host", async () => {
    const directory = mkdtempSync(join(tmpdir(), "dasmos-hosts-"));
    const whitelist = join(directory, "hosts");
    writeFileSync(whitelist, "machine-2\n");
    const cluster = await TestCluster.start({
      master: { whitelist },
      agent: { hostname: "machine-1" },
    });
    let running = false;
    const scheduler = await TestScheduler.start({
      master: cluster.master.url,
      onUpdate: ({ state }) => (running ||= state === "TASK_RUNNING"),
    });
    try {
      scheduler.run([
        { taskId: "t", command: "exec sleep 1000", resources: Resources.parse("cpus:1;mem:32") },
      ]);
      const path = `/api/dasmos/v1/explain?framework=${scheduler.frameworkId}`;
      const { roles } = await cluster.master.get<Explanation>(path);
      const rules = roles.flatMap((role) => role.rules.map(({ rule, agents }) => [rule, agents]));
      expect([rules, running]).to.deep.equal([[["NOT_WHITELISTED", 1]], false]);
      writeFileSync(whitelist, "machine-2\nmachine-1\n");
      await eventually("the task runs", async () => running || undefined);
    } finally {
      scheduler.dispose();
      await cluster.dispose();
      rmSync(directory, { recursive: true });
    }
  });
});
