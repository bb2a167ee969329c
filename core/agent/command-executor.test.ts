import { expect } from "chai";
import { AgentDriver, commandTask, duration, framework, timers, told } from "./testing.js";

/** An agent on which `task-1` runs and whose STARTING and RUNNING are acknowledged. */
function running(...capabilities: Parameters<typeof framework>): AgentDriver {
  const driver = AgentDriver.registered();
  driver.run(commandTask("task-1"), { frameworkInfo: framework(...capabilities) });
  driver.launched("task-1");
  driver.acknowledge("task-1");
  driver.acknowledge("task-1");
  return driver;
}

function exit(driver: AgentDriver, termination: { exitCode?: number; signal?: number }) {
  const containerId = driver.containerId("task-1");
  return driver.step({ type: "CONTAINER_EXITED", containerId, termination });
}

describe("CommandExecutor", () => {
  it("says STARTING and RUNNING once the command runs, one after the other's acknowledgement", () => {
    const driver = AgentDriver.registered();
    expect(told(driver.run(commandTask("task-1")))).to.deep.equal(["LAUNCH"]);
    expect(told(driver.launched("task-1"))).to.deep.equal(["task-1 TASK_STARTING"]);
    expect(told(driver.acknowledge("task-1"))).to.deep.equal(["task-1 TASK_RUNNING"]);
    expect(told(driver.acknowledge("task-1"))).to.deep.equal([]);
  });

  const ends = [
    [{ exitCode: 0 }, "task-1 TASK_FINISHED Command exited with status 0"],
    [{ exitCode: 3 }, "task-1 TASK_FAILED Command exited with status 3"],
    [{ signal: 9 }, "task-1 TASK_FAILED Command terminated with signal SIGKILL"],
    [{ signal: 40 }, "task-1 TASK_FAILED Command terminated with signal 40"],
  ] as const;
  for (const [termination, update] of ends) {
    it(`says how a command ended: ${update}`, () => {
      expect(told(exit(running(), termination))).to.deep.equal([update]);
    });
  }

  it("kills with SIGTERM, and SIGKILL after the grace period", () => {
    const driver = running();
    const containerId = driver.containerId("task-1");
    const effects = driver.kill("task-1");
    expect(told(effects)).to.deep.equal(["KILL 15"]);
    const escalation = { type: "KILL_ESCALATION", containerId, generation: 1 } as const;
    expect(timers(effects)).to.deep.equal([{ ...escalation, delayMs: 3000 }]);
    expect(told(driver.timer(escalation, 3000))).to.deep.equal(["KILL 9"]);
    expect(told(exit(driver, { signal: 9 }))).to.deep.equal([
      "task-1 TASK_KILLED Command terminated with signal SIGKILL",
    ]);
  });

  it("says KILLING to a framework that knows that state, and KILLED even where the command exits with 0", () => {
    const driver = running("TASK_KILLING_STATE");
    expect(told(driver.kill("task-1"))).to.deep.equal(["task-1 TASK_KILLING", "KILL 15"]);
    driver.acknowledge("task-1");
    expect(told(exit(driver, { exitCode: 0 }))).to.deep.equal([
      "task-1 TASK_KILLED Command exited with status 0",
    ]);
  });

  it("lets a repeated kill shorten the grace period, not lengthen it", () => {
    const driver = running();
    const containerId = driver.containerId("task-1");
    const delays = (graceMs: number) =>
      timers(driver.kill("task-1", graceMs)).map((one) => one.delayMs);
    expect(delays(60_000)).to.deep.equal([60_000]);
    driver.nowMs += 1000;
    expect(delays(60_000)).to.deep.equal([]);
    expect(delays(5000)).to.deep.equal([5000]);
    const stale = { type: "KILL_ESCALATION", containerId, generation: 1 } as const;
    expect(driver.timer(stale)).to.deep.equal([]);
    expect(told(driver.timer({ ...stale, generation: 2 }))).to.deep.equal(["KILL 9"]);
  });

  it("takes the grace period from the task's kill policy where the kill has none", () => {
    const driver = AgentDriver.registered();
    driver.run(commandTask("task-1", { kill_policy: { grace_period: duration(7000) } }));
    driver.launched("task-1");
    expect(timers(driver.kill("task-1")).map(({ delayMs }) => delayMs)).to.deep.equal([7000]);
  });

  it("takes it from there too where the kill has a policy that says nothing of it", () => {
    const driver = AgentDriver.registered();
    driver.run(commandTask("task-1", { kill_policy: { grace_period: duration(7000) } }));
    driver.launched("task-1");
    const ids = { frameworkId: "framework-1", taskId: "task-1" };
    const effects = driver.master({ type: "KILL_TASK", ...ids, killPolicy: {} });
    expect(timers(effects).map(({ delayMs }) => delayMs)).to.deep.equal([7000]);
  });

  it("fails a task that has used up its time, at once and without KILLING", () => {
    const driver = AgentDriver.registered();
    const task = commandTask("task-1", { max_completion_time: duration(10_000) });
    driver.run(task, { frameworkInfo: framework("TASK_KILLING_STATE") });
    const containerId = driver.containerId("task-1");
    const timer = { type: "MAX_COMPLETION_TIME", containerId } as const;
    expect(timers(driver.launched("task-1"))).to.deep.include({ ...timer, delayMs: 10_000 });
    driver.acknowledge("task-1");
    driver.acknowledge("task-1");
    expect(told(driver.timer(timer, 10_000))).to.deep.equal(["KILL 9"]);
    expect(told(exit(driver, { signal: 9 }))).to.deep.equal([
      "task-1 TASK_FAILED REASON_MAX_COMPLETION_TIME_REACHED Command terminated with signal SIGKILL",
    ]);
  });

  it("takes what the kernel says of a container's end for the task's", () => {
    const driver = running();
    const limitation = {
      signal: 9,
      state: "TASK_FAILED",
      reason: "REASON_CONTAINER_LIMITATION_MEMORY",
      message: "Memory limit exceeded",
    } as const;
    expect(told(exit(driver, limitation))).to.deep.equal([
      "task-1 TASK_FAILED REASON_CONTAINER_LIMITATION_MEMORY Memory limit exceeded",
    ]);
  });
});
