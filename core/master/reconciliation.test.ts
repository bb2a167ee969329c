import { expect } from "chai";
import { agentInfo, MasterHarness } from "../../integration/builders/master-harness.js";
import {
  partitionAware,
  running,
  statusUuid,
  update,
} from "../../integration/builders/running-master.js";
import type { RegistryCollection, RegistrySnapshot } from "../contracts/registry-store.js";
import type { scheduler, v1 } from "../protocol/v1.js";

const id = (value: string) => ({ value });
const AGENT_TIME_MS = 5_000;

/** A registry with an agent of each kind. */
const registry: RegistrySnapshot = new Map<RegistryCollection, ReadonlyMap<string, unknown>>([
  [
    "agents",
    new Map([["recovered", { info: { ...agentInfo("h", "cpus:1"), id: id("recovered") } }]]),
  ],
  ["unreachable", new Map([["unreachable", { timeMs: AGENT_TIME_MS }]])],
  ["gone", new Map([["gone", { timeMs: AGENT_TIME_MS }]])],
]);

/** What a framework is answered that asks for a task of an agent, or of none. */
function answers(
  info: Partial<v1.FrameworkInfo>,
  options: { readonly registry?: RegistrySnapshot },
) {
  const { harness, agentId, frameworkId } = running(info, options);
  return (agent: string | undefined, taskId = "lost"): v1.TaskStatus | undefined => {
    const named = agent === "registered" ? agentId : agent;
    const reconcile: scheduler.Call.Reconcile = {
      tasks: [{ task_id: id(taskId), ...(named !== undefined && { agent_id: id(named) }) }],
    };
    harness.call("s1", frameworkId, { type: "RECONCILE", reconcile });
    const [event] = harness.takeEvents("s1");
    return event?.update?.status;
  };
}

describe("Explicit reconciliation", () => {
  const withoutRecovered = new Map([...registry].filter(([name]) => name !== "agents"));
  const rows: readonly [string, string | undefined, RegistrySnapshot, v1.TaskState | undefined][] =
    [
      ["an agent that may still come back", "recovered", registry, undefined],
      ["no agent, while any may come back", undefined, registry, undefined],
      ["an agent that is registered", "registered", registry, "TASK_GONE"],
      ["an unreachable agent", "unreachable", registry, "TASK_UNREACHABLE"],
      ["an agent that is gone", "gone", registry, "TASK_GONE_BY_OPERATOR"],
      ["an unknown agent", "unknown", registry, "TASK_UNKNOWN"],
      ["no agent, while none can come back", undefined, withoutRecovered, "TASK_UNKNOWN"],
    ];
  for (const [what, agent, snapshot, state] of rows) {
    it(`of a lost task on ${what} is answered by ${state ?? "nothing"}`, () => {
      const status = answers(partitionAware, { registry: snapshot })(agent);
      expect([status?.state, status?.reason, status?.uuid]).to.deep.equal([
        state,
        state && "REASON_RECONCILIATION",
        undefined,
      ]);
    });
    it(`of a lost task on ${what} is answered by ${state && "TASK_LOST"} where partitions are not known`, () => {
      const status = answers({}, { registry: snapshot })(agent);
      expect(status?.state).to.equal(state && "TASK_LOST");
    });
  }

  it("says since when an agent is unreachable", () => {
    expect(answers(partitionAware, { registry })("unreachable")?.unreachable_time).to.deep.equal({
      nanoseconds: AGENT_TIME_MS * 1e6,
    });
  });

  it("of a known task is answered by the state that waits to be acknowledged, whatever agent is named", () => {
    const { harness, agentId, frameworkId } = running();
    const message = update(agentId, frameworkId, "t1", "TASK_RUNNING");
    if (message.type !== "STATUS_UPDATE") throw new Error();
    harness.fromAgent("a1", {
      ...message,
      update: { ...message.update, latestState: "TASK_FINISHED" },
    });
    harness.takeEvents("s1");
    const reconcile = { tasks: [{ task_id: id("t1"), agent_id: id("other") }] };
    harness.call("s1", frameworkId, { type: "RECONCILE", reconcile });
    const status = harness.takeEvents("s1")[0]?.update?.status;
    expect([status?.state, status?.uuid, status?.agent_id?.value]).to.deep.equal([
      "TASK_RUNNING",
      undefined,
      agentId,
    ]);
  });

  it("of an unreachable task needs no agent", () => {
    const { harness, frameworkId } = running(partitionAware);
    for (let i = 0; i < 6; i++) harness.fire("PING");
    harness.takeEvents("s1");
    harness.call("s1", frameworkId, {
      type: "RECONCILE",
      reconcile: { tasks: [{ task_id: id("t1") }] },
    });
    expect(harness.takeUpdates("s1")).to.deep.equal(["t1 TASK_UNREACHABLE REASON_RECONCILIATION"]);
  });
});

describe("Implicit reconciliation", () => {
  it("leaves out unreachable and completed tasks", () => {
    const { harness, agentId, frameworkId } = running(partitionAware);
    for (let i = 0; i < 6; i++) harness.fire("PING");
    harness.takeEvents("s1");
    harness.call("s1", frameworkId, { type: "RECONCILE", reconcile: {} });
    expect(harness.takeUpdates("s1")).to.deep.equal([]);
    expect(agentId).to.equal("M-S0");
  });
});

describe("Reconciliation of operations", () => {
  const rows: readonly [string | undefined, v1.OperationState][] = [
    ["recovered", "OPERATION_RECOVERING"],
    [undefined, "OPERATION_RECOVERING"],
    ["M-S0", "OPERATION_UNKNOWN"],
    ["unreachable", "OPERATION_UNREACHABLE"],
    ["gone", "OPERATION_GONE_BY_OPERATOR"],
    ["unknown", "OPERATION_UNKNOWN"],
  ];
  for (const [agent, state] of rows)
    it(`answers ${state} for one on agent ${agent ?? "nobody names"}`, () => {
      const harness = new MasterHarness({ registry });
      harness.registerAgent("a1");
      const frameworkId = harness.subscribe("s1");
      const operations = [
        { operation_id: id("o"), ...(agent !== undefined && { agent_id: id(agent) }) },
      ];
      harness.call("s1", frameworkId, {
        type: "RECONCILE_OPERATIONS",
        reconcile_operations: { operations },
      });
      const status = harness.takeEvents("s1")[0]?.update_operation_status?.status;
      expect([status?.state, status?.uuid]).to.deep.equal([state, undefined]);
    });
});

describe("An acknowledgement", () => {
  const acknowledge = (agentId: string, uuid: string): scheduler.Call => ({
    type: "ACKNOWLEDGE",
    acknowledge: { agent_id: id(agentId), task_id: id("t1"), uuid },
  });

  it("of another update than the last is passed on, and ends nothing", () => {
    const { harness, agentId, frameworkId } = running();
    harness.fromAgent("a1", update(agentId, frameworkId, "t1", "TASK_FINISHED"));
    harness.call("s1", frameworkId, acknowledge(agentId, "BBBBBBBBBBBBBBBBBBBBBA=="));
    expect(harness.takeSent("a1").map(({ type }) => type)).to.deep.equal([
      "ACKNOWLEDGE_STATUS_UPDATE",
    ]);
    const tasks = harness.master.state.frameworks.get(frameworkId)?.tasks;
    expect([...(tasks?.keys() ?? [])]).to.deep.equal(["t1"]);
  });

  it("for an agent that is not connected is dropped: the agent sends its update again", () => {
    const { harness, agentId, frameworkId } = running();
    harness.fromAgent("a1", update(agentId, frameworkId, "t1", "TASK_FINISHED"));
    harness.step({ type: "AGENT_DISCONNECTED", connection: "a1" });
    harness.call("s1", frameworkId, acknowledge(agentId, statusUuid));
    const tasks = harness.master.state.frameworks.get(frameworkId)?.tasks;
    expect([...(tasks?.keys() ?? [])]).to.deep.equal(["t1"]);
  });
});
