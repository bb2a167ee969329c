import { expect } from "chai";
import { MasterHarness, task } from "../../integration/builders/master-harness.js";
import { statusUuid } from "../../integration/builders/running-master.js";
import type { master, scheduler, v1 } from "../protocol/v1.js";
import { Resources } from "../resources/resources.js";

const role = "dev";
const capabilities = (
  ["MULTI_ROLE", "RESERVATION_REFINEMENT", "SHARED_RESOURCES", "PARTITION_AWARE"] as const
).map((type) => ({ type }));
const id = (value: string) => ({ value });

const reservations = [{ type: "DYNAMIC" as const, role }];
const bare: v1.Resource = { name: "disk", type: "SCALAR", scalar: { value: 64 }, reservations };
const volume: v1.Resource = {
  ...bare,
  shared: {},
  disk: { persistence: { id: "v1" }, volume: { container_path: "data", mode: "RW" } },
};
const cpus: v1.Resource = { name: "cpus", type: "SCALAR", scalar: { value: 0.5 } };

function setup() {
  const harness = new MasterHarness();
  const agentId = harness.registerAgent("a1", "cpus:4;mem:1024;disk:64;ports:[1-9]");
  const frameworkId = harness.subscribe("s1", { roles: [role], capabilities });
  const offer = (resources: Resources | string) =>
    harness.offer("s1", frameworkId, agentId, resources, role);
  const accept = (offerIds: readonly string[], ...operations: v1.Offer.Operation[]) =>
    harness.call("s1", frameworkId, {
      type: "ACCEPT",
      accept: { offer_ids: offerIds.map(id), operations },
    } satisfies scheduler.Call);
  const launch = (...tasks: v1.TaskInfo[]): v1.Offer.Operation => ({
    type: "LAUNCH",
    launch: { task_infos: tasks },
  });
  const sharing = (taskId: string) => task(taskId, agentId, { resources: [cpus, volume] });
  const state = harness.master.state;
  return { harness, state, agentId, frameworkId, offer, accept, launch, sharing };
}

/** An agent with a shared volume that nobody holds. */
function withVolume() {
  const parts = setup();
  const { accept, offer, harness } = parts;
  accept(
    [offer("cpus:1;disk:64")],
    { type: "RESERVE", reserve: { resources: [bare] } },
    { type: "CREATE", create: { volumes: [volume] } },
  );
  harness.takeSent("a1");
  harness.allocator.recovered.length = 0;
  harness.allocator.calls.length = 0;
  return { ...parts, all: Resources.fromWire([{ ...cpus, scalar: { value: 1 } }, volume]) };
}

describe("ACCEPT", () => {
  it("refuses a task whose ports its own executor takes, and stays alive", () => {
    const { harness, agentId, accept, offer, launch } = setup();
    const ports: v1.Resource = {
      name: "ports",
      type: "RANGES",
      ranges: { range: [{ begin: 1, end: 9 }] },
    };
    const executor = { executor_id: id("e"), command: { value: "true" }, resources: [ports] };
    const { command: _command, ...one } = task("t1", agentId, { resources: [ports], executor });
    accept([offer("cpus:1;ports:[1-9]")], launch(one));
    expect(harness.takeUpdates("s1")).to.deep.equal(["t1 TASK_ERROR REASON_TASK_INVALID"]);
    expect(harness.allocator.recovered).to.deep.equal([
      "M-0000 M-S0 cpus:1; ports:[1-9] refused for 5000 ms",
    ]);
  });

  it("drops every task of offers that are not all valid, and gives back those that are", () => {
    const { harness, agentId, accept, offer, launch } = setup();
    const offerId = offer("cpus:1");
    accept([offerId, "gone"], launch(task("t1", agentId)), { type: "RESERVE", id: id("o1") });
    const events = harness.takeEvents("s1");
    expect(events.map(({ update }) => update?.status.reason)).to.deep.equal([
      "REASON_INVALID_OFFERS",
      undefined,
    ]);
    expect(events[0]?.update?.status.state).to.equal("TASK_DROPPED");
    expect(events[1]?.update_operation_status?.status).to.deep.equal({
      operation_id: id("o1"),
      state: "OPERATION_ERROR",
      message: "offer gone is no longer valid",
    });
    expect(harness.allocator.recovered).to.deep.equal(["M-0000 M-S0 cpus:1"]);
  });

  it("does not take offers twice, of two agents, or for two roles", () => {
    const { harness, agentId, frameworkId, accept, offer, launch } = setup();
    const other = harness.registerAgent("a2");
    const message = (...offerIds: string[]) => {
      accept(offerIds, launch(task("t1", agentId)));
      return harness.takeEvents("s1")[0]?.update?.status.message?.replace(/.*: (offer \S+)?/, "");
    };
    const one = offer("cpus:1");
    expect(message(one, one)).to.equal(" is named twice");
    expect(
      message(offer("cpus:1"), harness.offer("s1", frameworkId, other, "cpus:1", role)),
    ).to.equal("offers of different agents");
    expect(
      message(offer("cpus:1"), harness.offer("s1", frameworkId, agentId, "cpus:1", "ops")),
    ).to.equal("offers for different roles");
    expect(message()).to.equal("no offers");
  });

  it("lets nobody cut an agent into too many pieces", () => {
    const { harness, accept, offer } = setup();
    const resources = Array.from({ length: 501 }, (_, i): v1.Resource => {
      const labels = { labels: [{ key: "piece", value: `${i}` }] };
      const reservation = { type: "DYNAMIC" as const, role, labels };
      return { ...cpus, scalar: { value: 0.001 }, reservations: [reservation] };
    });
    accept([offer("cpus:1")], { type: "RESERVE", id: id("o1"), reserve: { resources } });
    const status = harness.takeEvents("s1")[0]?.update_operation_status?.status;
    expect([status?.state, status?.message]).to.deep.equal([
      "OPERATION_ERROR",
      "the agent would have 505 different reservations and volumes, more than 500",
    ]);
  });

  it("lets any number of tasks share a volume, each with a copy of its own", () => {
    const { harness, state, frameworkId, accept, offer, launch, sharing, all } = withVolume();
    accept([offer(all)], launch(sharing("t1"), sharing("t2")));
    expect(harness.takeUpdates("s1")).to.deep.equal([]);
    expect([...(state.frameworks.get(frameworkId)?.tasks.keys() ?? [])]).to.deep.equal([
      "t1",
      "t2",
    ]);
    expect(harness.allocator.calls).to.deep.equal([
      "updateAllocation M-0000 M-S0  -> disk(reservations: [(DYNAMIC, dev)])[v1, data]{SHARED}:64",
    ]);
    expect(harness.allocator.recovered).to.deep.equal([]);
  });

  it("lets the tasks of a group share a volume", () => {
    const { harness, frameworkId, accept, offer, sharing, all } = withVolume();
    const more = Resources.parse("cpus:1;mem:64;disk:1").plus(all);
    const executor: v1.ExecutorInfo = {
      type: "CUSTOM",
      executor_id: id("e"),
      framework_id: id(frameworkId),
      command: { value: "true" },
      resources: Resources.parse("cpus:1;mem:64;disk:1").toWire(),
    };
    const tasks = [sharing("t1"), sharing("t2")].map(({ command: _command, ...rest }) => rest);
    accept([offer(more)], {
      type: "LAUNCH_GROUP",
      launch_group: { executor, task_group: { tasks } },
    });
    expect(harness.takeUpdates("s1")).to.deep.equal([]);
    expect(harness.takeSent("a1").map(({ type }) => type)).to.deep.equal(["RUN_TASK_GROUP"]);
  });

  it("ends every offer of a shared volume with it, and leaves no copy behind", () => {
    const { harness, agentId, state, frameworkId, accept, offer, launch, sharing, all } =
      withVolume();
    const other = harness.subscribe("s2", { roles: [role], capabilities });
    harness.offer("s2", other, agentId, Resources.fromWire([volume]), role);
    const [first, second] = [offer(all), offer(Resources.fromWire([volume]))];
    accept(
      [first, second],
      { type: "DESTROY", destroy: { volumes: [volume] } },
      launch(sharing("t1")),
    );
    expect(harness.takeEvents("s2").map(({ type }) => type)).to.deep.equal(["RESCIND"]);
    expect(harness.takeUpdates("s1")).to.deep.equal(["t1 TASK_ERROR REASON_TASK_INVALID"]);
    expect(state.agents.get(agentId)?.total.persistentVolumes().isEmpty).to.equal(true);
    expect([...(state.frameworks.get(frameworkId)?.tasks ?? [])]).to.deep.equal([]);
  });
});

describe("An operator's operations", () => {
  const call = (agentId: string): master.Call => ({
    type: "DESTROY_VOLUMES",
    destroy_volumes: { agent_id: id(agentId), volumes: [volume] },
  });

  it("end the offers of a shared volume with it", () => {
    const { harness, agentId, offer, all } = withVolume();
    offer(all);
    harness.allocator.available = true;
    expect(harness.operator(call(agentId))).to.deep.equal({ status: 202 });
    expect(harness.takeEvents("s1").map(({ type }) => type)).to.deep.equal(["RESCIND"]);
  });

  it("are refused while the agent would not hear of them", () => {
    const { harness, agentId } = withVolume();
    harness.step({ type: "AGENT_DISCONNECTED", connection: "a1" });
    harness.allocator.available = true;
    expect(harness.operator(call(agentId)).status).to.equal(409);
  });
});

describe("An operation that the agent has not carried out", () => {
  it("makes the agent register again, once, so that what it has counts", () => {
    const { harness, agentId, frameworkId, accept, offer } = setup();
    accept([offer("disk:64")], { type: "RESERVE", id: id("o1"), reserve: { resources: [bare] } });
    const [sent] = harness.takeSent("a1");
    const operationUuid = sent?.type === "APPLY_OPERATION" ? sent.operationUuid : "";
    const state = "OPERATION_DROPPED" as const;
    const status = { operation_id: id("o1"), state, uuid: id(statusUuid) };
    const message = {
      type: "OPERATION_STATUS_UPDATE",
      agentId,
      frameworkId,
      operationUuid,
      status,
    } as const;
    harness.fromAgent("a1", message);
    expect(harness.effects.findLast(({ type }) => type === "DISCONNECT")).to.include({
      connection: "a1",
    });
    const operation = harness.master.state.agents.get(agentId)?.operations.get(operationUuid);
    harness.reregisterAgent("a2", agentId, { operations: operation ? [operation.wire] : [] });
    harness.effects.length = 0;
    harness.fromAgent("a2", { ...message });
    expect(harness.effects.filter(({ type }) => type === "DISCONNECT")).to.deep.equal([]);
    expect(operation?.wire.statuses).to.deep.equal([status]);
  });
});
