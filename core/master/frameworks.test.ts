import { expect } from "chai";
import { launch, MasterHarness, task } from "../../integration/builders/master-harness.js";
import {
  running,
  statusUuid,
  update,
  wireTask,
} from "../../integration/builders/running-master.js";
import type { v1 } from "../protocol/v1.js";

const id = (value: string) => ({ value });

/** SUBSCRIBE by a principal; returns the first event. */
function subscribe(
  harness: MasterHarness,
  stream: string,
  info: Partial<v1.FrameworkInfo>,
  principal?: string,
) {
  harness.step({
    type: "SCHEDULER_CALL",
    request: `subscribe ${stream}`,
    stream,
    ...(principal !== undefined && { principal: { value: principal } }),
    call: { type: "SUBSCRIBE", subscribe: { framework_info: { user: "u", name: "f", ...info } } },
  });
  return harness.takeEvents(stream)[0];
}
const cannotChange = (from: string, to: string) =>
  `Framework principal cannot change from '${from}' to '${to}'`;

describe("A framework's principal", () => {
  it("is the authenticated one unless it says so itself, and agents bring it back", () => {
    const harness = new MasterHarness();
    const subscribed = subscribe(harness, "s1", {}, "p")?.subscribed;
    const framework = harness.master.state.frameworks.get(subscribed?.framework_id.value ?? "");
    expect(framework?.info.principal).to.equal("p");
  });

  it("cannot change", () => {
    const harness = new MasterHarness();
    const known = subscribe(harness, "s1", { failover_timeout: 60 }, "p")?.subscribed?.framework_id;
    expect(known).to.not.equal(undefined);
    const info = known === undefined ? {} : { id: known };
    expect(subscribe(harness, "s2", info, "q")?.error?.message).to.equal(cannotChange("p", "q"));
    expect(subscribe(harness, "s3", info, "p")?.type).to.equal("SUBSCRIBED");
  });

  it("cannot be taken by another after a change of leaders", () => {
    const harness = new MasterHarness();
    const frameworkInfo = { user: "u", name: "f", id: id("F"), principal: "p" };
    harness.reregisterAgent("a1", "S", { frameworks: [{ frameworkInfo }], tasks: [wireTask("F")] });
    const message = subscribe(harness, "s1", { id: id("F") }, "q")?.error?.message;
    expect(message).to.equal(cannotChange("p", "q"));
    expect(subscribe(harness, "s2", { id: id("F") }, "p")?.type).to.equal("SUBSCRIBED");
  });

  it("must be that of its calls", () => {
    const harness = new MasterHarness();
    const known = subscribe(harness, "s1", {}, "p")?.subscribed?.framework_id.value ?? "";
    expect(harness.call("s1", known, { type: "REVIVE" })).to.deep.equal({
      status: 400,
      message: "Authenticated principal '' does not match principal 'p' of the framework",
    });
  });
});

describe("UPDATE_FRAMEWORK", () => {
  const capabilities = [{ type: "MULTI_ROLE" as const }];

  it("rescinds offers of roles that are dropped, and revives those no longer suppressed", () => {
    const { harness, agentId, frameworkId } = running({ capabilities, roles: ["*", "a"] });
    harness.offer("s1", frameworkId, agentId, "cpus:1", "a");
    harness.call("s1", frameworkId, { type: "SUPPRESS", suppress: { roles: ["*"] } });
    harness.allocator.calls.length = 0;
    const framework_info = {
      user: "u",
      name: "f",
      id: id(frameworkId),
      capabilities,
      roles: ["*"],
    };
    const call = { type: "UPDATE_FRAMEWORK", update_framework: { framework_info } } as const;
    expect(harness.call("s1", frameworkId, call)).to.deep.equal({ status: 200 });
    expect(harness.takeEvents("s1").map(({ type }) => type)).to.deep.equal(["RESCIND"]);
    expect(harness.allocator.calls).to.deep.equal(["reviveOffers *"]);
    expect([
      ...(harness.master.state.frameworks.get(frameworkId)?.suppressedRoles ?? []),
    ]).to.deep.equal([]);
  });
});

describe("SUPPRESS and REVIVE", () => {
  it("are dropped as a whole when they name a role the framework does not subscribe to", () => {
    const { harness, frameworkId } = running();
    harness.allocator.calls.length = 0;
    const roles = ["*", "other"];
    expect(
      harness.call("s1", frameworkId, { type: "SUPPRESS", suppress: { roles } }).status,
    ).to.equal(202);
    expect(harness.call("s1", frameworkId, { type: "REVIVE", revive: { roles } }).status).to.equal(
      202,
    );
    expect(harness.allocator.calls).to.deep.equal([]);
  });
});

describe("A framework that is torn down by an operator", () => {
  it("is gone though it is disconnected, and its agents end what it runs", () => {
    const { harness, frameworkId } = running();
    harness.step({ type: "STREAM_CLOSED", stream: "s1" });
    const call = { type: "TEARDOWN", teardown: { framework_id: id(frameworkId) } } as const;
    expect(harness.operator(call)).to.deep.equal({ status: 200 });
    expect(harness.operator(call)).to.have.property("status", 400);
    expect(harness.takeSent("a1")).to.deep.equal([{ type: "SHUTDOWN_FRAMEWORK", frameworkId }]);
    const completed = harness.master.state.completedFrameworks.get(frameworkId);
    expect(completed?.completedTasks.map(({ state }) => state)).to.deep.equal(["TASK_KILLED"]);
  });

  it("loses its stream", () => {
    const { harness, frameworkId } = running();
    harness.operator({ type: "TEARDOWN", teardown: { framework_id: id(frameworkId) } });
    expect(harness.effects.find(({ type }) => type === "CLOSE_STREAM")).to.deep.equal({
      type: "CLOSE_STREAM",
      stream: "s1",
    });
  });
});

describe("A framework that an agent brings back a second time", () => {
  it("is not removed by the timer of the first", () => {
    const harness = new MasterHarness({ settings: { maxCompletedFrameworks: 0 } });
    const frameworkInfo = { user: "u", name: "f", id: id("F") };
    const brought = { frameworks: [{ frameworkInfo }], tasks: [wireTask("F")] };
    harness.reregisterAgent("a1", "S", brought);
    const first = harness.timers.findLast(
      ({ timer }) => timer.type === "FRAMEWORK_FAILOVER_TIMEOUT",
    );
    harness.operator({ type: "TEARDOWN", teardown: { framework_id: id("F") } });
    harness.reregisterAgent("a2", "S", brought);
    if (first) harness.step({ type: "TIMER", timer: first.timer });
    expect([...harness.master.state.frameworks.keys()]).to.deep.equal(["F"]);
  });
});

describe("Completed frameworks and tasks", () => {
  it("are kept up to a limit each, the newest", () => {
    const settings = { maxCompletedFrameworks: 2, maxCompletedTasksPerFramework: 2 };
    const { harness, agentId, frameworkId } = running({}, { settings });
    const tasks = ["t2", "t3", "t4"].map((one) => task(one, agentId));
    harness.call(
      "s1",
      frameworkId,
      launch([harness.offer("s1", frameworkId, agentId, "cpus:3;mem:384")], ...tasks),
    );
    for (const one of ["t1", "t2", "t3", "t4"]) {
      harness.fromAgent("a1", update(agentId, frameworkId, one, "TASK_FINISHED"));
      const acknowledge = { agent_id: id(agentId), task_id: id(one), uuid: statusUuid };
      harness.call("s1", frameworkId, { type: "ACKNOWLEDGE", acknowledge });
    }
    const completed = harness.master.state.frameworks.get(frameworkId)?.completedTasks;
    expect(completed?.map(({ task_id }) => task_id.value)).to.deep.equal(["t3", "t4"]);
    const ids = ["s2", "s3", "s4"].map((stream) => harness.subscribe(stream));
    for (const one of ids)
      harness.operator({ type: "TEARDOWN", teardown: { framework_id: id(one) } });
    expect([...harness.master.state.completedFrameworks.keys()]).to.deep.equal(ids.slice(1));
  });
});
