import { expect } from "chai";
import type { v1 } from "../protocol/v1.js";
import type { AgentEffect } from "./agent-io.js";
import { AgentDriver, executorInfo, executorTask, subscribe, told } from "./testing.js";

const executor = executorInfo("executor");

/** A task of the executor's, with a volume at each of these paths. */
function taskWith(id: string, ...paths: readonly string[]): v1.TaskInfo {
  const task = executorTask(id, executor);
  const volumes = paths.map(
    (container_path): v1.Resource => ({
      name: "disk",
      type: "SCALAR",
      scalar: { value: 100 },
      allocation_info: { role: "*" },
      reservations: [{ type: "DYNAMIC", role: "db" }],
      disk: { persistence: { id: container_path }, volume: { mode: "RW", container_path } },
    }),
  );
  return { ...task, resources: [...(task.resources ?? []), ...volumes] };
}

function run(driver: AgentDriver, task: v1.TaskInfo, launchExecutor = false): AgentEffect[] {
  return driver.run(task, { executor, launchExecutor });
}

function updated(driver: AgentDriver): AgentEffect[] {
  return driver.step({ type: "CONTAINER_UPDATED", containerId: driver.containerId("executor") });
}

/** An executor that runs a task with a volume `a`. */
function running(): AgentDriver {
  const driver = AgentDriver.registered();
  run(driver, taskWith("task-1", "a"), true);
  driver.launched("executor");
  driver.call(subscribe("executor"));
  return driver;
}

describe("A container's volumes", () => {
  it("come with its launch, and with updates while it runs", () => {
    const driver = running();
    const paths = run(driver, taskWith("task-2", "b", "c")).flatMap((effect) =>
      effect.type === "UPDATE" ? effect.volumes : [],
    );
    expect(paths).to.deep.equal(
      ["a", "b", "c"].map((name) => ({
        containerPath: name,
        hostPath: `/work/volumes/roles/db/${name}`,
        readOnly: false,
      })),
    );
  });

  it("are there before the tasks that need them", () => {
    const driver = running();
    expect(told(run(driver, taskWith("task-2", "b")))).to.have.lengthOf(1);
    expect(told(run(driver, taskWith("task-3")))).to.have.lengthOf(1);
    expect(told(updated(driver))).to.deep.equal([]);
    expect(told(updated(driver))).to.deep.equal([
      "stream-1 < LAUNCH task-2",
      "stream-1 < LAUNCH task-3",
    ]);
  });

  it("need not be waited for where they are there already", () => {
    const driver = running();
    expect(told(run(driver, taskWith("task-2")))).to.include("stream-1 < LAUNCH task-2");
  });

  it("are waited for by tasks that came while the container was launched", () => {
    const driver = AgentDriver.registered();
    run(driver, taskWith("task-1", "a"), true);
    run(driver, taskWith("task-2", "b"));
    expect(told(driver.call(subscribe("executor")))).to.deep.equal([
      "OPEN_STREAM stream-1",
      "stream-1 < SUBSCRIBED",
    ]);
    expect(told(driver.launched("executor"))).to.have.lengthOf(1);
    expect(told(updated(driver))).to.deep.equal([
      "stream-1 < LAUNCH task-1",
      "stream-1 < LAUNCH task-2",
    ]);
  });

  it("are no longer waited for by a task that was killed", () => {
    const driver = running();
    run(driver, taskWith("task-2", "b"));
    expect(told(driver.kill("task-2"))).to.deep.equal([
      "task-2 TASK_KILLED REASON_TASK_KILLED_DURING_LAUNCH Killed before delivery to the executor",
    ]);
    expect(told(updated(driver))).to.deep.equal([]);
  });
});
