import { expect } from "chai";
import { agentInfo, MasterHarness } from "../../integration/builders/master-harness.js";
import { partitionAware, running, update } from "../../integration/builders/running-master.js";
import type { v1 } from "../protocol/v1.js";

const id = (value: string) => ({ value });
type Running = ReturnType<typeof running>;

function unanswered({ harness }: Running): void {
  for (let i = 0; i < 6; i++) harness.fire("PING");
}
function silent({ harness }: Running): void {
  harness.step({ type: "AGENT_DISCONNECTED", connection: "a1" });
  harness.fire("AGENT_REREGISTER_TIMEOUT");
}
function unregistered({ harness, agentId }: Running): void {
  harness.fromAgent("a1", { type: "UNREGISTER_AGENT", agentId });
}
function replaced({ harness }: Running): void {
  harness.registerAgent("b1");
}

describe("The loss of an agent", () => {
  const rows: readonly [string, (parts: Running) => void, Partial<v1.FrameworkInfo>, string][] = [
    ["that answers no pings", unanswered, partitionAware, "TASK_UNREACHABLE"],
    ["that answers no pings", unanswered, {}, "TASK_LOST"],
    ["that does not register again", silent, partitionAware, "TASK_UNREACHABLE"],
    ["that does not register again", silent, {}, "TASK_LOST"],
    ["that unregisters", unregistered, partitionAware, "TASK_LOST"],
    ["that unregisters", unregistered, {}, "TASK_LOST"],
    ["whose address another has", replaced, partitionAware, "TASK_LOST"],
    ["whose address another has", replaced, {}, "TASK_LOST"],
  ];
  for (const [what, lose, info, state] of rows) {
    const who = info === partitionAware ? "a framework that knows partitions" : "others";
    it(`${what} means ${state} to ${who}, after its offers and with a FAILURE`, () => {
      const parts = running(info);
      const { harness, agentId, frameworkId } = parts;
      harness.offer("s1", frameworkId, agentId, "cpus:1");
      lose(parts);
      const events = harness.takeEvents("s1");
      expect(events.map(({ type }) => type)).to.deep.equal(["RESCIND", "UPDATE", "FAILURE"]);
      const [, told, failure] = events;
      const { uuid, unreachable_time, reason } = told?.update?.status ?? {};
      expect(told?.update?.status.state).to.equal(state);
      expect([uuid, reason]).to.deep.equal([undefined, "REASON_AGENT_REMOVED"]);
      expect(unreachable_time !== undefined).to.equal(lose === unanswered || lose === silent);
      expect(failure?.failure).to.deep.equal({ agent_id: id(agentId) });
    });
  }

  it("says nothing of a task whose end was told already", () => {
    const parts = running(partitionAware);
    const { harness, agentId, frameworkId } = parts;
    harness.fromAgent("a1", update(agentId, frameworkId, "t1", "TASK_FINISHED"));
    harness.takeEvents("s1");
    unanswered(parts);
    expect(harness.takeEvents("s1").map(({ type }) => type)).to.deep.equal(["FAILURE"]);
    const framework = harness.master.state.frameworks.get(frameworkId);
    expect(framework?.completedTasks.map(({ state }) => state)).to.deep.equal(["TASK_FINISHED"]);
    expect(framework?.unreachableTasks.size).to.equal(0);
  });

  it("frees what executors held, and nothing comes back twice", () => {
    const parts = running(partitionAware);
    unanswered(parts);
    const { harness, frameworkId } = parts;
    harness.operator({ type: "TEARDOWN", teardown: { framework_id: id(frameworkId) } });
    expect(harness.allocator.recovered).to.deep.equal(["M-0000 M-S0 cpus:1; mem:128"]);
  });

  it("is told once the registry has it: until then the agent is not heard, and cannot be lost again", () => {
    const harness = new MasterHarness({ holdWrites: true });
    harness.registerAgent("a1");
    harness.persist();
    harness.takeSent("a1");
    for (let i = 0; i < 6; i++) harness.fire("PING");
    const before = harness.registry.length;
    harness.fromAgent("a1", { type: "UNREGISTER_AGENT", agentId: "M-S0" });
    harness.reregisterAgent("a2", "M-S0");
    expect(harness.registry.length).to.equal(before);
    expect([...harness.master.state.agents.keys()]).to.deep.equal(["M-S0"]);
    harness.persist();
    expect([...harness.master.state.agents.keys()]).to.deep.equal([]);
    expect([...harness.master.state.unreachableAgents.keys()]).to.deep.equal(["M-S0"]);
  });
});

describe("Agents of an earlier leader that do not come back", () => {
  const registry = (...ids: string[]) =>
    new Map([
      [
        "agents" as const,
        new Map(ids.map((one) => [one, { info: { ...agentInfo("h", "cpus:1"), id: id(one) } }])),
      ],
    ]);

  it("are unreachable after their time, which frameworks are told", () => {
    const harness = new MasterHarness({ registry: registry("A", "B") });
    harness.subscribe("s1");
    harness.takeEvents("s1");
    harness.reregisterAgent("a1", "B");
    harness.fire("RECOVERY_TIMEOUT");
    expect(harness.takeEvents("s1")).to.deep.equal([
      { type: "FAILURE", failure: { agent_id: id("A") } },
    ]);
    expect([...harness.master.state.unreachableAgents.keys()]).to.deep.equal(["A"]);
  });

  it("end the master when they are too many to be believed", () => {
    const settings = { recoveryAgentRemovalLimit: 0.5 };
    const harness = new MasterHarness({ registry: registry("A", "B", "C"), settings });
    harness.reregisterAgent("a1", "B");
    harness.fire("RECOVERY_TIMEOUT");
    expect(harness.effects.at(-1)).to.deep.equal({
      type: "EXIT",
      message: "2 of 3 agents did not come back, more than the recovery agent removal limit of 50%",
    });
    expect([...harness.master.state.unreachableAgents.keys()]).to.deep.equal([]);
  });
});
