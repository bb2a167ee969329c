import { expect } from "chai";
import { MasterHarness } from "../../integration/builders/master-harness.js";
import type { master, v1 } from "../protocol/v1.js";
import { Resources } from "../resources/resources.js";

const role = "dev";
const capabilities = [{ type: "MULTI_ROLE" as const }, { type: "RESERVATION_REFINEMENT" as const }];
const statusUuid = { value: "AAAAAAAAAAAAAAAAAAAAAA==" };

function scalar(name: string, value: number, more: Partial<v1.Resource> = {}): v1.Resource {
  return { name, type: "SCALAR", scalar: { value }, ...more };
}
const reservations = [{ type: "DYNAMIC" as const, role }];
const volume = scalar("disk", 64, {
  reservations,
  disk: { persistence: { id: "v1" }, volume: { container_path: "data", mode: "RW" } },
});

function setup(known: readonly v1.FrameworkInfo.Capability[] = capabilities) {
  const harness = new MasterHarness();
  const agentId = harness.registerAgent("a1");
  const frameworkId = harness.subscribe("s1", {
    ...(known.length === 0 ? { role } : { roles: [role] }),
    capabilities: known,
  });
  const offer = () => harness.offer("s1", frameworkId, agentId, "cpus:2;disk:512", role);
  const accept = (offerId: string, ...operations: v1.Offer.Operation[]) =>
    harness.call("s1", frameworkId, {
      type: "ACCEPT",
      accept: { offer_ids: [{ value: offerId }], operations },
    });
  return { harness, agentId, frameworkId, offer, accept };
}
/** An agent that has come to a new leader with an operation of a framework that has not. */
function broughtAlong() {
  const harness = new MasterHarness();
  const status: v1.OperationStatus = {
    operation_id: { value: "op1" },
    state: "OPERATION_FINISHED",
    uuid: statusUuid,
    agent_id: { value: "S" },
  };
  const operation: v1.Operation = {
    framework_id: { value: "F" },
    agent_id: { value: "S" },
    info: { ...reserve, id: { value: "op1" } },
    latest_status: status,
    uuid: { value: "AAAAAAAAAAAAAAAAAAAAAQ==" },
  };
  const operationUuid = operation.uuid.value;
  harness.reregisterAgent("a1", "S", { operations: [operation] });
  harness.takeSent("a1");
  const update = {
    ...({ type: "OPERATION_STATUS_UPDATE", agentId: "S", frameworkId: "F" } as const),
    ...{ operationUuid, status },
  };
  return { harness, operationUuid, update };
}
const reserve: v1.Offer.Operation = {
  type: "RESERVE",
  reserve: { resources: [scalar("disk", 128, { reservations })] },
};
const create: v1.Offer.Operation = { type: "CREATE", create: { volumes: [volume] } };

describe("Master: operations", () => {
  it("applies RESERVE and CREATE in order, and gives back what they made without a filter", () => {
    const { harness, agentId, offer, accept } = setup();
    accept(offer(), reserve, create);
    expect(harness.takeSent("a1").map(({ type }) => type)).to.deep.equal([
      "APPLY_OPERATION",
      "APPLY_OPERATION",
    ]);
    const total = harness.master.state.agents.get(agentId)?.total ?? Resources.empty;
    expect(total.reserved(role).quantities()).to.deep.equal(new Map([["disk", 128_000]]));
    expect(total.persistentVolumes().quantities()).to.deep.equal(new Map([["disk", 64_000]]));
    const [made, declined] = harness.allocator.recovered;
    expect(made).to.include("v1").and.not.include("refused");
    expect(declined).to.equal("M-0000 M-S0 cpus:2; disk:384 refused for 5000 ms");
  });

  it("reports an operation with an id until its framework has acknowledged it", () => {
    const { harness, agentId, frameworkId, offer, accept } = setup();
    accept(offer(), { ...reserve, id: { value: "op1" } });
    const [sent] = harness.takeSent("a1");
    const operationUuid = sent?.type === "APPLY_OPERATION" ? sent.operationUuid : "";
    const status: v1.OperationStatus = {
      operation_id: { value: "op1" },
      state: "OPERATION_FINISHED",
      uuid: statusUuid,
      agent_id: { value: agentId },
    };
    harness.fromAgent("a1", {
      type: "OPERATION_STATUS_UPDATE",
      agentId,
      frameworkId,
      operationUuid,
      status,
    });
    expect(harness.takeEvents("s1")).to.deep.equal([
      { type: "UPDATE_OPERATION_STATUS", update_operation_status: { status } },
    ]);
    harness.call("s1", frameworkId, {
      type: "ACKNOWLEDGE_OPERATION_STATUS",
      acknowledge_operation_status: {
        agent_id: { value: agentId },
        operation_id: { value: "op1" },
        uuid: statusUuid.value,
      },
    });
    expect(harness.takeSent("a1")).to.deep.equal([
      { type: "ACKNOWLEDGE_OPERATION_STATUS", operationUuid, statusUuid: statusUuid.value },
    ]);
    expect([...(harness.master.state.agents.get(agentId)?.operations ?? [])]).to.deep.equal([]);
  });

  it("tells what has been converted in the format of reservations that the framework reads", () => {
    const older = { role, reservation: {} };
    const formats: readonly [v1.FrameworkInfo.Capability[], Partial<v1.Resource>][] = [
      [capabilities, { reservations }],
      [[{ type: "MULTI_ROLE" }], older],
      [[], older],
    ];
    for (const [known, format] of formats) {
      const { harness, agentId, frameworkId, offer, accept } = setup(known);
      accept(offer(), { ...reserve, id: { value: "op1" } });
      const [sent] = harness.takeSent("a1");
      harness.fromAgent("a1", {
        type: "OPERATION_STATUS_UPDATE",
        agentId,
        frameworkId,
        operationUuid: sent?.type === "APPLY_OPERATION" ? sent.operationUuid : "",
        status: {
          operation_id: { value: "op1" },
          state: "OPERATION_FINISHED",
          uuid: statusUuid,
          converted_resources: [scalar("disk", 128, { reservations })],
        },
      });
      harness.call("s1", frameworkId, {
        type: "RECONCILE_OPERATIONS",
        reconcile_operations: { operations: [] },
      });
      const told = harness.takeEvents("s1").map((event) => event.update_operation_status?.status);
      expect(told.map((status) => status?.converted_resources)).to.deep.equal([
        [scalar("disk", 128, format)],
        [scalar("disk", 128, format)],
      ]);
    }
  });

  it("drops an invalid operation alone, saying why to who gave it an id", () => {
    const { harness, offer, accept } = setup();
    const bad = { ...create, id: { value: "op2" } };
    accept(offer(), bad, reserve);
    expect(harness.takeSent("a1").map(({ type }) => type)).to.deep.equal(["APPLY_OPERATION"]);
    const [event] = harness.takeEvents("s1");
    expect(event?.update_operation_status?.status.state).to.equal("OPERATION_ERROR");
    expect(event?.update_operation_status?.status.message).to.include("left of the offers");
  });

  it("does not unreserve what holds a volume", () => {
    const { harness, offer, accept } = setup();
    const unreserve: v1.Offer.Operation = {
      type: "UNRESERVE",
      id: { value: "op3" },
      unreserve: { resources: [volume] },
    };
    accept(offer(), reserve, create, unreserve);
    const [event] = harness.takeEvents("s1");
    expect(event?.update_operation_status?.status.message).to.include("destroy the persistent");
  });

  it("tells what it knows of operations when asked", () => {
    const { harness, agentId, frameworkId } = setup();
    const agent_id = { value: agentId };
    harness.call("s1", frameworkId, {
      type: "RECONCILE_OPERATIONS",
      reconcile_operations: { operations: [{ operation_id: { value: "op9" }, agent_id }] },
    });
    expect(harness.takeEvents("s1")).to.deep.equal([
      {
        type: "UPDATE_OPERATION_STATUS",
        update_operation_status: {
          status: { operation_id: { value: "op9" }, state: "OPERATION_UNKNOWN", agent_id },
        },
      },
    ]);
  });

  it("lets operators convert only what is free, and says 409 otherwise", () => {
    const { harness, agentId } = setup();
    const resources = [scalar("disk", 128, { reservations })];
    const call: master.Call = {
      type: "RESERVE_RESOURCES",
      reserve_resources: { agent_id: { value: agentId }, resources },
    };
    expect(harness.operator(call).status).to.equal(409);
    harness.allocator.available = true;
    expect(harness.operator(call)).to.deep.equal({ status: 202 });
    expect(harness.takeSent("a1").map(({ type }) => type)).to.deep.equal(["APPLY_OPERATION"]);
    const nobody: master.Call = {
      type: "RESERVE_RESOURCES",
      reserve_resources: { agent_id: { value: "nobody" }, resources },
    };
    expect(harness.operator(nobody).status).to.equal(400);
  });

  it("waits with an operation's end for a framework that comes back after its agent", () => {
    const { harness, operationUuid, update } = broughtAlong();
    harness.fromAgent("a1", update);
    expect(harness.takeSent("a1")).to.deep.equal([]);
    harness.subscribe("s1", { id: { value: "F" }, roles: [role], capabilities });
    expect(harness.takeSent("a1").map(({ type }) => type)).to.deep.equal(["UPDATE_FRAMEWORK"]);
    harness.takeEvents("s1");
    harness.fromAgent("a1", update);
    expect(harness.takeEvents("s1").map(({ type }) => type)).to.deep.equal([
      "UPDATE_OPERATION_STATUS",
    ]);
    harness.call("s1", "F", {
      type: "ACKNOWLEDGE_OPERATION_STATUS",
      acknowledge_operation_status: {
        agent_id: { value: "S" },
        operation_id: { value: "op1" },
        uuid: statusUuid.value,
      },
    });
    expect(harness.takeSent("a1")).to.deep.equal([
      { type: "ACKNOWLEDGE_OPERATION_STATUS", operationUuid, statusUuid: statusUuid.value },
    ]);
  });

  it("acknowledges the operation of a framework that nobody has heard of for too long", () => {
    const { harness, operationUuid, update } = broughtAlong();
    harness.nowMs += 600_000;
    harness.fromAgent("a1", update);
    expect(harness.takeSent("a1")).to.deep.equal([
      { type: "ACKNOWLEDGE_OPERATION_STATUS", operationUuid, statusUuid: statusUuid.value },
    ]);
    expect(harness.master.state.agents.get("S")?.operations.size).to.equal(0);
  });

  it("is not misled by a registration that was repeated before it was answered", () => {
    const harness = new MasterHarness();
    harness.reregisterAgent("a1", "S");
    const resources = [scalar("disk", 128, { reservations })];
    harness.allocator.available = true;
    harness.operator({
      type: "RESERVE_RESOURCES",
      reserve_resources: { agent_id: { value: "S" }, resources },
    });
    harness.reregisterAgent("a1", "S");
    const agent = harness.master.state.agents.get("S");
    expect(agent?.operations.size).to.equal(1);
    expect(agent?.total.reserved(role).quantities()).to.deep.equal(new Map([["disk", 128_000]]));
  });

  it("tells a call without its arguments from one that is not implemented", () => {
    const { harness } = setup();
    expect(harness.operator({ type: "GROW_VOLUME" })).to.deep.equal({
      status: 400,
      message: "grow_volume: required by GROW_VOLUME",
    });
    expect(harness.operator({ type: "DRAIN_AGENT" })).to.deep.equal({
      status: 501,
      message: "DRAIN_AGENT is not implemented",
    });
  });
});
