import { expect } from "chai";
import { MasterHarness } from "../../integration/builders/master-harness.js";
import {
  partitionAware,
  running,
  statusUuid as uuid,
  update,
  wireTask,
} from "../../integration/builders/running-master.js";
import type { v1 } from "../protocol/v1.js";
import { getState } from "./views/v1-state.js";

describe("Master: agents", () => {
  it("tells nobody of an agent before the registry has admitted it", () => {
    const harness = new MasterHarness({ holdWrites: true });
    expect(harness.registerAgent("a1")).to.equal("");
    expect([...harness.master.state.agents.keys()]).to.deep.equal([]);
    harness.persist();
    expect(harness.takeSent("a1")).to.deep.equal([
      { type: "AGENT_REGISTERED", agentId: "M-S0", pingTimeoutMs: 75_000 },
    ]);
    expect(harness.allocator.calls).to.deep.equal(["addAgent M-S0"]);
  });

  it("refuses resources that make no sense, naming them", () => {
    const harness = new MasterHarness();
    harness.fromAgent("a1", {
      type: "REGISTER_AGENT",
      agentInfo: {
        hostname: "h",
        resources: [{ name: "cpus", type: "SCALAR", scalar: { value: -1 } }],
      },
      version: "0.0.0",
      capabilities: [],
      checkpointedResources: [],
      resourceVersion: "AAAA",
    });
    const refused = harness.effects.find(({ type }) => type === "DISCONNECT");
    expect(refused).to.have.property("message").that.includes("cpus");
  });

  it("takes a new agent at the address of another one for its end", () => {
    const { harness } = running();
    harness.step({ type: "AGENT_DISCONNECTED", connection: "a1" });
    harness.takeEvents("s1");
    expect(harness.registerAgent("b1")).to.equal("M-S1");
    expect([...harness.master.state.agents.keys()]).to.deep.equal(["M-S1"]);
    expect(harness.takeUpdates("s1")).to.deep.equal(["t1 TASK_LOST REASON_AGENT_REMOVED"]);
  });

  it("marks an agent unreachable after five pings without an answer, and tells so after the registry", () => {
    const { harness, agentId } = running(partitionAware);
    for (let i = 0; i < 5; i++) harness.fire("PING");
    expect(harness.takeSent("a1")).to.have.length(5);
    expect(harness.takeEvents("s1")).to.deep.equal([]);
    harness.fire("PING");
    expect(harness.registry.at(-1)).to.deep.include({ collection: "unreachable", key: agentId });
    expect(harness.takeUpdates("s1")).to.deep.equal(["t1 TASK_UNREACHABLE REASON_AGENT_REMOVED"]);
    expect(harness.allocator.recovered).to.deep.equal(["M-0000 M-S0 cpus:1; mem:128"]);
  });

  it("forgets the missed pings at the first answer", () => {
    const { harness, agentId } = running();
    for (let i = 0; i < 5; i++) harness.fire("PING");
    harness.fromAgent("a1", { type: "PONG", agentId });
    harness.fire("PING");
    expect([...harness.master.state.agents.keys()]).to.deep.equal([agentId]);
  });

  it("takes the tasks of an unreachable agent back when it registers again", () => {
    const { harness, agentId, frameworkId } = running(partitionAware);
    const { wire } = harness.master.state.frameworks.get(frameworkId)?.tasks.get("t1") ?? {};
    for (let i = 0; i < 6; i++) harness.fire("PING");
    harness.takeEvents("s1");
    const frameworkInfo = harness.master.state.frameworks.get(frameworkId)
      ?.info as v1.FrameworkInfo;
    harness.reregisterAgent("a1", agentId, {
      tasks: [wire as v1.Task],
      frameworks: [{ frameworkInfo }],
    });
    expect(harness.takeUpdates("s1")).to.deep.equal(["t1 TASK_RUNNING REASON_AGENT_REREGISTERED"]);
    expect(harness.allocator.calls.at(-1)).to.equal("addAgent M-S0 cpus:1; mem:128");
  });

  it("kills a task of an unreachable agent once it is back, whenever the kill was asked for", () => {
    for (const early of [true, false]) {
      const { harness, agentId, frameworkId } = running(partitionAware);
      const framework = harness.master.state.frameworks.get(frameworkId);
      const wire = framework?.tasks.get("t1")?.wire as v1.Task;
      const frameworkInfo = framework?.info as v1.FrameworkInfo;
      const kill = () =>
        harness.call("s1", frameworkId, { type: "KILL", kill: { task_id: { value: "t1" } } });
      if (early) kill();
      for (let i = 0; i < 6; i++) harness.fire("PING");
      if (!early) kill();
      harness.takeSent("a1");
      harness.reregisterAgent("a1", agentId, { tasks: [wire], frameworks: [{ frameworkInfo }] });
      expect(harness.takeSent("a1").map(({ type }) => type)).to.deep.equal([
        "AGENT_REREGISTERED",
        "KILL_TASK",
      ]);
    }
  });

  it("asks an agent that is back about the tasks it did not name", () => {
    const { harness, agentId, frameworkId } = running(partitionAware);
    harness.step({ type: "AGENT_DISCONNECTED", connection: "a1" });
    harness.reregisterAgent("a1", agentId);
    expect(harness.takeSent("a1")).to.deep.equal([
      {
        type: "AGENT_REREGISTERED",
        agentId,
        pingTimeoutMs: 75_000,
        reconcile: [{ frameworkId, taskId: "t1", partitionAware: true }],
      },
    ]);
    expect(harness.allocator.calls.at(-1)).to.equal("addAgent M-S0");
    const { get_agents, get_tasks } = getState(harness.master.state);
    expect(get_agents?.agents?.map(({ allocated_resources }) => allocated_resources)).to.deep.equal(
      [[]],
    );
    expect(get_tasks?.tasks?.map(({ resources }) => resources)).to.deep.equal([undefined]);
  });

  it("does not take back a task whose end was acknowledged while the agent registered again", () => {
    const { harness, agentId, frameworkId } = running();
    harness.fromAgent("a1", update(agentId, frameworkId, "t1", "TASK_FINISHED"));
    const framework = harness.master.state.frameworks.get(frameworkId);
    const tasks = [framework?.tasks.get("t1")?.wire as v1.Task];
    const acknowledge = { agent_id: { value: agentId }, task_id: { value: "t1" }, uuid };
    harness.call("s1", frameworkId, { type: "ACKNOWLEDGE", acknowledge });
    harness.reregisterAgent("a1", agentId, { tasks });
    expect([...(framework?.tasks.keys() ?? [])]).to.deep.equal([]);
  });

  it("leaves the tasks of a disconnected agent alone, and offers nothing of it", () => {
    const { harness, agentId, frameworkId } = running();
    harness.offer("s1", frameworkId, agentId, "cpus:1");
    harness.step({ type: "AGENT_DISCONNECTED", connection: "a1" });
    expect(harness.takeEvents("s1").map(({ type }) => type)).to.deep.equal(["RESCIND"]);
    expect(harness.allocator.calls.at(-1)).to.equal("deactivateAgent M-S0");
  });

  it("has agents offered by the whitelist, and leaves alone what is offered already", () => {
    const harness = new MasterHarness();
    const effects = harness.step({ type: "WHITELIST", hostnames: ["one", "two"] });
    expect(effects).to.deep.equal([]);
    expect(harness.allocator.calls).to.deep.equal(["updateWhitelist one two"]);
  });

  it("sends a kill again that a disconnected agent has missed", () => {
    const { harness, agentId, frameworkId } = running();
    const wire = harness.master.state.frameworks.get(frameworkId)?.tasks.get("t1")?.wire as v1.Task;
    harness.step({ type: "AGENT_DISCONNECTED", connection: "a1" });
    harness.call("s1", frameworkId, { type: "KILL", kill: { task_id: { value: "t1" } } });
    harness.reregisterAgent("a1", agentId, { tasks: [wire] });
    expect(harness.takeSent("a1").map(({ type }) => type)).to.deep.equal([
      "AGENT_REREGISTERED",
      "KILL_TASK",
    ]);
  });

  it("ignores what a connection says of an agent that is not its own", () => {
    const { harness, agentId, frameworkId } = running();
    harness.registerAgent("a2");
    harness.fromAgent("a2", update(agentId, frameworkId, "t1", "TASK_FAILED"));
    expect(harness.takeUpdates("s1")).to.deep.equal([]);
  });
});

describe("Master: frameworks", () => {
  it("subscribes a framework, and beats at once", () => {
    const harness = new MasterHarness();
    harness.step({
      type: "SCHEDULER_CALL",
      request: "r",
      stream: "s1",
      call: { type: "SUBSCRIBE", subscribe: { framework_info: { user: "u", name: "f" } } },
    });
    expect(harness.takeEvents("s1")).to.deep.equal([
      {
        type: "SUBSCRIBED",
        subscribed: {
          framework_id: { value: "M-0000" },
          heartbeat_interval_seconds: 15,
          master_info: { id: "M", ip: 0, port: 5050, hostname: "master" },
        },
      },
      { type: "HEARTBEAT" },
    ]);
  });

  it("refuses a framework with an ERROR event, and closes the stream", () => {
    const harness = new MasterHarness();
    expect(harness.subscribe("s1", { role: "a//b" })).to.equal("");
    const [event] = harness.takeEvents("s1");
    expect(event?.error?.message).to.include("framework_info.roles");
    expect(harness.effects.at(-2)).to.deep.equal({ type: "CLOSE_STREAM", stream: "s1" });
  });

  it("lets the newer stream win, and voids what was offered to the older", () => {
    const { harness, agentId, frameworkId } = running();
    harness.offer("s1", frameworkId, agentId, "cpus:1");
    expect(harness.subscribe("s2", { id: { value: frameworkId } })).to.equal(frameworkId);
    expect(harness.takeEvents("s1")).to.deep.equal([
      { type: "ERROR", error: { message: "Framework failed over" } },
    ]);
    expect(harness.allocator.recovered).to.deep.equal(["M-0000 M-S0 cpus:1"]);
    expect(harness.call("s1", frameworkId, { type: "REVIVE" }).status).to.equal(400);
    expect(harness.call("s2", frameworkId, { type: "REVIVE" }).status).to.equal(202);
  });

  it("keeps the tasks of a disconnected framework until its failover timeout", () => {
    const { harness, frameworkId } = running();
    harness.step({ type: "STREAM_CLOSED", stream: "s1" });
    expect(harness.timers.at(-1)?.delayMs).to.equal(60_000);
    expect(harness.call("s1", frameworkId, { type: "REVIVE" })).to.deep.equal({
      status: 403,
      message: "Framework is not subscribed",
    });
    harness.fire("FRAMEWORK_FAILOVER_TIMEOUT");
    expect([...harness.master.state.frameworks.keys()]).to.deep.equal([]);
    expect(harness.takeSent("a1")).to.deep.equal([{ type: "SHUTDOWN_FRAMEWORK", frameworkId }]);
    expect(harness.allocator.recovered).to.deep.equal(["M-0000 M-S0 cpus:1; mem:128"]);
  });

  it("removes a framework that an agent brought along, if it does not subscribe in time", () => {
    const harness = new MasterHarness();
    const frameworkInfo = { user: "u", name: "f", id: { value: "F" }, failover_timeout: 3600 };
    harness.reregisterAgent("a1", "S", { frameworks: [{ frameworkInfo }], tasks: [wireTask("F")] });
    harness.takeSent("a1");
    expect(harness.timers.at(-1)?.delayMs).to.equal(3_600_000);
    harness.fire("FRAMEWORK_FAILOVER_TIMEOUT");
    expect([...harness.master.state.frameworks.keys()]).to.deep.equal([]);
    expect(harness.takeSent("a1")).to.deep.equal([
      { type: "SHUTDOWN_FRAMEWORK", frameworkId: "F" },
    ]);
  });

  it("does not remove a framework that has come back before its timeout", () => {
    const { harness, frameworkId } = running();
    harness.step({ type: "STREAM_CLOSED", stream: "s1" });
    harness.subscribe("s2", { id: { value: frameworkId } });
    harness.fire("FRAMEWORK_FAILOVER_TIMEOUT");
    harness.step({ type: "STREAM_CLOSED", stream: "s2" });
    expect([...harness.master.state.frameworks.keys()]).to.deep.equal([frameworkId]);
  });

  it("does not take the id of a framework that was torn down", () => {
    const { harness, frameworkId } = running();
    harness.call("s1", frameworkId, { type: "TEARDOWN" });
    harness.subscribe("s2", { id: { value: frameworkId } });
    expect(harness.takeEvents("s2")[0]?.error?.message).to.equal("Framework has been removed");
  });

  it("answers UPDATE_FRAMEWORK at once, and does not change what is fixed", () => {
    const { harness, frameworkId } = running();
    const info = { user: "u", name: "renamed", id: { value: frameworkId } };
    const call = (framework_info: v1.FrameworkInfo) =>
      harness.call("s1", frameworkId, {
        type: "UPDATE_FRAMEWORK",
        update_framework: { framework_info },
      });
    expect(call(info)).to.deep.equal({ status: 200 });
    expect(harness.takeSent("a1")).to.deep.equal([
      { type: "UPDATE_FRAMEWORK", frameworkInfo: info },
    ]);
    expect(call({ ...info, user: "root" })).to.have.property("status", 400);
    expect(call({ ...info, checkpoint: true })).to.have.property("status", 400);
  });

  it("answers calls it cannot carry out with 501", () => {
    const { harness, frameworkId } = running();
    const decline_inverse_offers = { inverse_offer_ids: [] };
    expect(
      harness.call("s1", frameworkId, { type: "DECLINE_INVERSE_OFFERS", decline_inverse_offers }),
    ).to.deep.equal({ status: 501, message: "DECLINE_INVERSE_OFFERS is not implemented" });
  });

  it("asks for the stream id of the subscription", () => {
    const { harness, frameworkId } = running();
    expect(harness.call(undefined, frameworkId, { type: "REVIVE" }).status).to.equal(400);
    expect(harness.call("s1", "nobody", { type: "REVIVE" })).to.deep.equal({
      status: 400,
      message: "Framework cannot be found",
    });
  });
});

describe("Master: tasks", () => {
  it("forwards an update, and forgets the task when its end is acknowledged", () => {
    const { harness, agentId, frameworkId } = running();
    harness.fromAgent("a1", update(agentId, frameworkId, "t1", "TASK_FINISHED"));
    expect(harness.takeUpdates("s1")).to.deep.equal(["t1 TASK_FINISHED"]);
    expect(harness.allocator.recovered).to.deep.equal(["M-0000 M-S0 cpus:1; mem:128"]);
    const framework = harness.master.state.frameworks.get(frameworkId);
    expect([...(framework?.tasks.keys() ?? [])]).to.deep.equal(["t1"]);
    const acknowledge = { agent_id: { value: agentId }, task_id: { value: "t1" }, uuid };
    harness.call("s1", frameworkId, { type: "ACKNOWLEDGE", acknowledge });
    expect([...(framework?.tasks.keys() ?? [])]).to.deep.equal([]);
    expect(framework?.completedTasks.map(({ state }) => state)).to.deep.equal(["TASK_FINISHED"]);
    expect(harness.takeSent("a1")).to.deep.equal([
      { type: "ACKNOWLEDGE_STATUS_UPDATE", frameworkId, taskId: "t1", uuid },
    ]);
  });

  it("says of every update which agent and executor it is of, as far as the agent is concerned", () => {
    const { harness, agentId, frameworkId } = running();
    const message = update("another", frameworkId, "t1", "TASK_RUNNING");
    harness.fromAgent("a1", { ...message, agentId } as typeof message);
    const status = harness.takeEvents("s1")[0]?.update?.status;
    expect([status?.agent_id?.value, status?.executor_id?.value]).to.deep.equal([agentId, "t1"]);
  });

  it("frees resources by the latest state, once", () => {
    const { harness, agentId, frameworkId } = running();
    const message = update(agentId, frameworkId, "t1", "TASK_RUNNING");
    if (message.type !== "STATUS_UPDATE") throw new Error();
    const late = { ...message, update: { ...message.update, latestState: "TASK_FAILED" as const } };
    harness.fromAgent("a1", late);
    harness.fromAgent("a1", update(agentId, frameworkId, "t1", "TASK_FAILED"));
    expect(harness.allocator.recovered).to.deep.equal(["M-0000 M-S0 cpus:1; mem:128"]);
  });

  it("answers a kill of an unknown task like its reconciliation", () => {
    const { harness, agentId, frameworkId } = running(partitionAware);
    const kill = { task_id: { value: "t9" }, agent_id: { value: agentId } };
    harness.call("s1", frameworkId, { type: "KILL", kill });
    expect(harness.takeUpdates("s1")).to.deep.equal(["t9 TASK_GONE REASON_RECONCILIATION"]);
  });

  it("reconciles explicitly and implicitly", () => {
    const { harness, agentId, frameworkId } = running(partitionAware);
    const reconcile = (tasks: readonly { task_id: v1.TaskID; agent_id?: v1.AgentID }[]) => {
      harness.call("s1", frameworkId, { type: "RECONCILE", reconcile: { tasks } });
      return harness.takeUpdates("s1");
    };
    const id = (value: string) => ({ value });
    expect(reconcile([])).to.deep.equal(["t1 TASK_RUNNING REASON_RECONCILIATION"]);
    expect(
      reconcile([
        { task_id: id("t1") },
        { task_id: id("t2"), agent_id: id(agentId) },
        { task_id: id("t3") },
        { task_id: id("t4"), agent_id: id("unknown") },
      ]),
    ).to.deep.equal([
      "t1 TASK_RUNNING REASON_RECONCILIATION",
      "t2 TASK_GONE REASON_RECONCILIATION",
      "t3 TASK_UNKNOWN REASON_RECONCILIATION",
      "t4 TASK_UNKNOWN REASON_RECONCILIATION",
    ]);
  });
});
