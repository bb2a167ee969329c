import { expect } from "chai";
import type { executor as executorApi, v1 } from "../protocol/v1.js";
import {
  AgentDriver,
  caller,
  executorInfo,
  executorTask,
  framework,
  subscribe,
  timers,
  told,
  update,
} from "./testing.js";

const executor = executorInfo("executor-1");
const UUIDS = ["AAAAAAAAAAAAAAAAAAAAAQ==", "AAAAAAAAAAAAAAAAAAAAAg==", "AAAAAAAAAAAAAAAAAAAAAw=="];

/** An agent whose executor runs and has not subscribed yet; `task-1` waits for it. */
function registering(...capabilities: Parameters<typeof framework>): AgentDriver {
  const driver = AgentDriver.registered();
  const frameworkInfo = framework(...capabilities);
  driver.run(executorTask("task-1", executor), { executor, frameworkInfo });
  driver.launched("executor-1");
  return driver;
}

/** The same once the executor has subscribed and was sent `task-1`. */
function subscribed(...capabilities: Parameters<typeof framework>): AgentDriver {
  const driver = registering(...capabilities);
  driver.call(subscribe("executor-1"));
  return driver;
}

const message: executorApi.Call = {
  ...caller("executor-1"),
  type: "MESSAGE",
  message: { data: "aGVsbG8=" },
};

describe("ExecutorCalls", () => {
  describe("refuses", () => {
    const updateWith = (status: Partial<v1.TaskStatus>): executorApi.Call => {
      const call = update("executor-1", "task-1", "TASK_RUNNING");
      return {
        ...call,
        update: { status: { ...call.update?.status, ...status } as v1.TaskStatus },
      };
    };
    const ids = caller("executor-1");
    const cases: readonly (readonly [string, executorApi.Call, string])[] = [
      [
        "an unknown framework",
        { ...message, framework_id: { value: "framework-2" } },
        "RESPOND 400 Framework cannot be found",
      ],
      [
        "an unknown executor",
        { ...message, executor_id: { value: "executor-2" } },
        "RESPOND 400 Executor cannot be found",
      ],
      ["a call before SUBSCRIBE", message, "RESPOND 403 Executor is not subscribed"],
      [
        "a SUBSCRIBE without its message",
        { ...ids, type: "SUBSCRIBE" },
        "RESPOND 400 Failed to validate executor::Call: Expecting 'subscribe' to be present",
      ],
      [
        "a call without a type, whatever it carries",
        {
          ...ids,
          update: { status: { task_id: { value: "task-1" }, state: "TASK_RUNNING", uuid: "AAAA" } },
        },
        "RESPOND 400 Failed to validate executor::Call: Expecting 'type' to be present",
      ],
      [
        "an update without a uuid",
        {
          ...ids,
          type: "UPDATE",
          update: { status: { task_id: { value: "task-1" }, state: "TASK_RUNNING" } },
        },
        "RESPOND 400 Failed to validate executor::Call: Expecting 'uuid' to be present",
      ],
      [
        "an update whose uuid is too short",
        updateWith({ uuid: "AAAA" }),
        "RESPOND 400 Failed to validate executor::Call: Not a valid UUID: expecting 16 bytes",
      ],
      [
        "an update that is not from an executor",
        updateWith({ source: "SOURCE_AGENT" }),
        "RESPOND 400 Failed to validate executor::Call: Received Call from executor executor-1 " +
          "with invalid source, expecting 'SOURCE_EXECUTOR'",
      ],
      [
        "an update that names another executor",
        updateWith({ executor_id: { value: "executor-2" } }),
        "RESPOND 400 Failed to validate executor::Call: ExecutorID in Call: executor-1 " +
          "does not match ExecutorID in TaskStatus: executor-2",
      ],
    ];
    for (const [what, call, answer] of cases) {
      it(what, () => expect(told(registering().call(call))).to.deep.equal([answer]));
    }

    it("a call it does not know, whatever it carries", () => {
      const call = { ...updateWith({ uuid: "AAAA" }), type: "UNKNOWN" } as const;
      expect(told(subscribed().call(call))).to.deep.equal(["RESPOND 501 Unknown call type"]);
    });
  });

  it("takes heartbeats of anyone", () => {
    const call = { ...caller("nobody"), type: "HEARTBEAT" } as const;
    expect(told(registering().call(call))).to.deep.equal(["RESPOND 202"]);
  });

  it("opens the stream and sends the tasks that wait", () => {
    const driver = registering();
    driver.run(executorTask("task-2", executor), { executor, launchExecutor: false });
    const effects = driver.call(subscribe("executor-1"));
    expect(told(effects)).to.deep.equal([
      "OPEN_STREAM stream-1",
      "stream-1 < SUBSCRIBED",
      "UPDATE cpus:2.1; mem:288",
      "stream-1 < LAUNCH task-1",
      "stream-1 < LAUNCH task-2",
    ]);
    const { info, frameworks } = driver.agent.state;
    expect(effects[1]).to.deep.equal({
      type: "EVENT",
      stream: "stream-1",
      event: {
        type: "SUBSCRIBED",
        subscribed: {
          executor_info: executor,
          framework_info: frameworks.get("framework-1")?.info,
          agent_info: info,
          container_id: { value: driver.containerId("executor-1") },
        },
      },
    });
  });

  it("does not tell a container what it may use before it runs, nor what it knows", () => {
    const driver = AgentDriver.registered();
    driver.run(executorTask("task-1", executor), { executor });
    driver.run(executorTask("task-2", executor), { executor, launchExecutor: false });
    const launches = ["stream-1 < LAUNCH task-1", "stream-1 < LAUNCH task-2"];
    expect(told(driver.call(subscribe("executor-1"))).slice(2)).to.deep.equal(launches);
    expect(told(driver.launched("executor-1"))).to.deep.equal(["UPDATE cpus:2.1; mem:288"]);
    expect(told(registering().call(subscribe("executor-1"))).slice(2)).to.deep.equal([
      "stream-1 < LAUNCH task-1",
    ]);
  });

  it("sends a running executor its next task at once", () => {
    const run = { executor, launchExecutor: false };
    expect(told(subscribed().run(executorTask("task-2", executor), run))).to.deep.equal([
      "UPDATE cpus:2.1; mem:288",
      "stream-1 < LAUNCH task-2",
    ]);
  });

  it("sends a task group as a whole", () => {
    const driver = subscribed();
    const { resourceVersion } = driver.agent.state;
    const tasks = ["task-2", "task-3"].map((id) => executorTask(id, executor));
    const effects = driver.master({
      type: "RUN_TASK_GROUP",
      frameworkInfo: framework(),
      executor,
      taskGroup: { tasks },
      launchExecutor: false,
      resourceVersion,
    });
    expect(told(effects)).to.deep.equal([
      "UPDATE cpus:3.1; mem:416",
      "stream-1 < LAUNCH_GROUP task-2 task-3",
    ]);
  });

  it("heartbeats as long as the stream is the executor's", () => {
    const driver = registering();
    const timer = timers(driver.call(subscribe("executor-1"))).find(
      ({ type }) => type === "HEARTBEAT",
    );
    if (!timer) throw new Error("a subscription starts heartbeats");
    expect(timer.delayMs).to.equal(30 * 60_000);
    expect(told(driver.timer(timer, timer.delayMs))).to.deep.equal(["stream-1 < HEARTBEAT"]);
    driver.step({ type: "STREAM_CLOSED", stream: "stream-1" });
    expect(driver.timer(timer, timer.delayMs)).to.deep.equal([]);
  });

  it("passes an update on and acknowledges it, also when it comes again", () => {
    const driver = subscribed();
    const call = update("executor-1", "task-1", "TASK_RUNNING");
    expect(told(driver.call(call))).to.deep.equal([
      "RESPOND 202",
      "task-1 TASK_RUNNING",
      "stream-1 < ACKNOWLEDGED task-1",
    ]);
    expect(told(driver.call(call))).to.deep.equal([
      "RESPOND 202",
      "stream-1 < ACKNOWLEDGED task-1",
    ]);
  });

  it("adds to an update what the agent knows, and what plugins say of labels", () => {
    const driver = subscribed();
    const labels = { labels: [{ key: "rack", value: "r1" }] };
    driver.hooks.taskStatus.tap("labels", (status) => ({ ...status, labels, state: "TASK_LOST" }));
    driver.call(update("executor-1", "task-1", "TASK_RUNNING"));
    const uuid = driver.task("task-1")?.status_update_uuid;
    expect(driver.task("task-1")?.statuses).to.deep.equal([
      {
        task_id: { value: "task-1" },
        state: "TASK_RUNNING",
        source: "SOURCE_EXECUTOR",
        uuid,
        executor_id: { value: "executor-1" },
        agent_id: { value: "agent-1" },
        container_status: {
          container_id: { value: driver.containerId("executor-1") },
          executor_pid: 4711,
          network_infos: [{ ip_addresses: [{ ip_address: "10.0.0.1" }] }],
        },
        labels,
      },
    ]);
  });

  it("gives back what a task held that has ended, and takes no update of it any more", () => {
    const driver = subscribed();
    const finished = update("executor-1", "task-1", "TASK_FINISHED", UUIDS[0]);
    expect(told(driver.call(finished))).to.deep.equal([
      "RESPOND 202",
      "task-1 TASK_FINISHED",
      "stream-1 < ACKNOWLEDGED task-1",
      "UPDATE cpus:0.1; mem:32",
    ]);
    const late = update("executor-1", "task-1", "TASK_RUNNING", UUIDS[1]);
    expect(told(driver.call(late))).to.deep.equal([
      "RESPOND 202",
      "stream-1 < ACKNOWLEDGED task-1",
    ]);
    expect(Object.fromEntries(driver.agent.state.metrics.counters)).to.deep.equal({
      tasks_finished: 1,
      valid_status_updates: 1,
      invalid_status_updates: 1,
    });
  });

  it("passes on the update of a task it does not know", () => {
    expect(told(subscribed().call(update("executor-1", "task-9", "TASK_RUNNING")))).to.deep.equal([
      "RESPOND 202",
      "task-9 TASK_RUNNING",
      "stream-1 < ACKNOWLEDGED task-9",
    ]);
  });

  it("destroys an executor that reports TASK_STAGING", () => {
    const call = update("executor-1", "task-1", "TASK_STAGING");
    expect(told(subscribed().call(call))).to.deep.equal(["RESPOND 202", "DESTROY"]);
  });

  it("carries messages both ways", () => {
    const driver = subscribed();
    expect(told(driver.call(message))).to.deep.equal(["RESPOND 202", "EXECUTOR_MESSAGE"]);
    const ids = { frameworkId: "framework-1", executorId: "executor-1" };
    const down = { type: "FRAMEWORK_MESSAGE", ...ids, data: "aGVsbG8=" } as const;
    expect(told(driver.master(down))).to.deep.equal(["stream-1 < MESSAGE"]);
    driver.step({ type: "STREAM_CLOSED", stream: "stream-1" });
    expect(told(driver.master(down))).to.deep.equal([]);
    expect(driver.agent.state.metrics.counters.get("invalid_framework_messages")).to.equal(1);
  });

  describe("when an executor subscribes again", () => {
    it("closes the connection it had", () => {
      const call = subscribe("executor-1", {
        unacknowledged_tasks: [executorTask("task-1", executor)],
      });
      expect(told(subscribed().call(call, "stream-2"))).to.deep.equal([
        "OPEN_STREAM stream-2",
        "CLOSE_STREAM stream-1",
        "stream-2 < SUBSCRIBED",
      ]);
    });

    it("takes the updates that were not acknowledged, and drops tasks that never arrived", () => {
      const driver = subscribed("PARTITION_AWARE");
      for (const id of ["task-2", "task-3"]) {
        driver.run(executorTask(id, executor), { executor, launchExecutor: false });
      }
      driver.step({ type: "STREAM_CLOSED", stream: "stream-1" });
      const { update: running } = update("executor-1", "task-1", "TASK_RUNNING");
      const call = subscribe("executor-1", {
        unacknowledged_tasks: [executorTask("task-2", executor)],
        unacknowledged_updates: running ? [running] : [],
      });
      expect(told(driver.call(call, "stream-2"))).to.deep.equal([
        "OPEN_STREAM stream-2",
        "stream-2 < SUBSCRIBED",
        "task-1 TASK_RUNNING",
        "stream-2 < ACKNOWLEDGED task-1",
        "task-3 TASK_DROPPED REASON_AGENT_RESTARTED Task was not received by the executor",
      ]);
    });

    it("takes no update of a task whose end the framework has acknowledged", () => {
      const driver = subscribed();
      driver.run(executorTask("task-2", executor), { executor, launchExecutor: false });
      const frameworkId = caller("executor-1").framework_id.value;
      const running = update("executor-1", "task-1", "TASK_RUNNING", UUIDS[0]);
      for (const call of [running, update("executor-1", "task-1", "TASK_FINISHED", UUIDS[1])]) {
        driver.call(call);
        const uuid = call.update?.status.uuid ?? "";
        driver.master({ type: "ACKNOWLEDGE_STATUS_UPDATE", frameworkId, taskId: "task-1", uuid });
      }
      driver.step({ type: "STREAM_CLOSED", stream: "stream-1" });
      const call = subscribe("executor-1", {
        unacknowledged_tasks: [executorTask("task-2", executor)],
        unacknowledged_updates: running.update ? [running.update] : [],
      });
      expect(told(driver.call(call, "stream-2"))).to.deep.equal([
        "OPEN_STREAM stream-2",
        "stream-2 < SUBSCRIBED",
        "stream-2 < ACKNOWLEDGED task-1",
      ]);
    });

    it("sends what came while it was away", () => {
      const driver = subscribed();
      driver.call(update("executor-1", "task-1", "TASK_RUNNING"));
      driver.step({ type: "STREAM_CLOSED", stream: "stream-1" });
      const run = { executor, launchExecutor: false };
      expect(told(driver.run(executorTask("task-2", executor), run))).to.deep.equal([]);
      expect(told(driver.call(subscribe("executor-1"), "stream-2"))).to.deep.equal([
        "OPEN_STREAM stream-2",
        "stream-2 < SUBSCRIBED",
        "UPDATE cpus:2.1; mem:288",
        "stream-2 < LAUNCH task-2",
      ]);
    });
  });

  it("tells an executor that is to end to shut down", () => {
    const driver = registering();
    const containerId = driver.containerId("executor-1");
    driver.timer({ type: "EXECUTOR_REGISTRATION_TIMEOUT", containerId }, 60_000);
    expect(told(driver.call(subscribe("executor-1")))).to.deep.equal([
      "OPEN_STREAM stream-1",
      "stream-1 < SHUTDOWN",
      "CLOSE_STREAM stream-1",
    ]);
  });
});
