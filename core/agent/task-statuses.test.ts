import { expect } from "chai";
import type { v1 } from "../protocol/v1.js";
import type { AgentEffect } from "./agent-io.js";
import { AgentDriver, commandTask } from "./testing.js";

const network_infos = [{ ip_addresses: [{ ip_address: "10.0.0.1" }] }];

function containers(effects: readonly AgentEffect[]): (v1.ContainerStatus | undefined)[] {
  return effects.flatMap((effect) =>
    effect.type === "SEND" && effect.message.type === "STATUS_UPDATE"
      ? [effect.message.update.status.container_status]
      : [],
  );
}

describe("TaskStatuses", () => {
  it("gives the agent's address for a container that never came to be", () => {
    const driver = AgentDriver.registered();
    const container = { type: "MESOS", network_infos: [{ name: "own" }] } as const;
    for (const task of [commandTask("task-1"), commandTask("task-2", { container })]) {
      driver.run(task);
      const containerId = driver.containerId(task.task_id.value);
      const failed = { type: "CONTAINER_FAILED", containerId, message: "no image" } as const;
      expect(containers(driver.step(failed))).to.deep.equal([
        { container_id: { value: containerId }, network_infos },
      ]);
    }
  });

  it("gives it for tasks without a container", () => {
    const driver = AgentDriver.registered();
    const resourceVersion = "AAAAAAAAAAAAAAAAAAAAAA==";
    driver.run(commandTask("task-1"));
    const effects = [
      ...driver.run(commandTask("task-2"), { resourceVersion }),
      ...driver.kill("task-3"),
    ];
    expect(containers(effects)).to.deep.equal([{ network_infos }, { network_infos }]);
  });
});
