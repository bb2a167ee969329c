import { expect } from "chai";
import type { AgentToMaster, MasterToAgent } from "../protocol/agent-protocol.js";
import type { v1 } from "../protocol/v1.js";
import { Resources } from "../resources/resources.js";
import type { AgentEffect, AgentTimer } from "./agent-io.js";
import { AgentDriver, commandTask, testAgentSettings, timers, told } from "./testing.js";

const uuid = "AAAAAAAAAAAAAAAAAAAAAQ==";
const agentInfo = {
  ...testAgentSettings.agentInfo,
  resources: Resources.parse("cpus:4;mem:4096;disk:1000").toWire(),
};
const reservation: v1.Resource.ReservationInfo = { type: "DYNAMIC", role: "db/main" };
const disk: v1.Resource = {
  name: "disk",
  type: "SCALAR",
  scalar: { value: 100 },
  allocation_info: { role: "db/main" },
  reservations: [reservation],
};
const volume: v1.Resource = {
  ...disk,
  disk: { persistence: { id: "data" }, volume: { mode: "RW", container_path: "data" } },
};
const reserve: v1.Offer.Operation = { type: "RESERVE", reserve: { resources: [disk] } };
const create: v1.Offer.Operation = { type: "CREATE", create: { volumes: [volume] } };
const destroy: v1.Offer.Operation = { type: "DESTROY", destroy: { volumes: [volume] } };
const directory = { path: "/work/volumes/roles/db main/data", isMount: false };

function unallocated({ allocation_info: _allocation, ...rest }: v1.Resource): v1.Resource {
  return rest;
}

function registered(): AgentDriver {
  return AgentDriver.registered({ agentInfo });
}

function apply(
  driver: AgentDriver,
  operation: v1.Offer.Operation,
  operationUuid = uuid,
): AgentEffect[] {
  const { resourceVersion } = driver.agent.state;
  const frameworkId = "framework-1";
  const operationOf = { frameworkId, operation, operationUuid, resourceVersion };
  return driver.master({ type: "APPLY_OPERATION", ...operationOf });
}

function updates(effects: readonly AgentEffect[]) {
  return effects.flatMap((effect) =>
    effect.type === "SEND" && effect.message.type === "OPERATION_STATUS_UPDATE"
      ? [effect.message]
      : [],
  );
}

function acknowledgement({ operationUuid, status }: Update): MasterToAgent {
  const statusUuid = status.uuid?.value ?? "";
  return { type: "ACKNOWLEDGE_OPERATION_STATUS", operationUuid, statusUuid };
}
type Update = Extract<AgentToMaster, { type: "OPERATION_STATUS_UPDATE" }>;

/** The records that effects write, over those that were there. */
function written(
  effects: readonly AgentEffect[],
  before: ReadonlyMap<string, unknown> = new Map(),
): Map<string, unknown> {
  const records = new Map(before);
  for (const effect of effects)
    if (effect.type === "CHECKPOINT")
      for (const { key, value } of effect.records)
        if (value === undefined) records.delete(key);
        else records.set(key, value);
  return records;
}

/** The next process of an agent whose records these are, and what it does first. */
function restarted(records: ReadonlyMap<string, unknown>, resources = agentInfo.resources) {
  const driver = new AgentDriver({ agentInfo: { ...agentInfo, resources } });
  const effects = driver.step({ type: "RECOVERED", checkpoints: records });
  return { driver, effects };
}

function registration(driver: AgentDriver) {
  const [timer] = timers(driver.connect());
  const [effect] = driver.timer(timer as AgentTimer);
  if (effect?.type !== "SEND" || effect.message.type !== "REREGISTER_AGENT") return undefined;
  const { checkpointedResources, operations } = effect.message;
  return { checkpointedResources, operations };
}

const agentRecord = {
  agentInfo: { ...agentInfo, id: { value: "agent-1" } },
  bootId: testAgentSettings.bootId,
};
const reregistered = {
  type: "AGENT_REREGISTERED",
  agentId: "agent-1",
  pingTimeoutMs: 75_000,
  reconcile: [],
} as const;

describe("Operations on an agent", () => {
  it("are applied at once, and reported when they are durable", () => {
    const driver = registered();
    const info = { ...reserve, id: { value: "reserve-1" } };
    const effects = apply(driver, info);
    const status = {
      operation_id: { value: "reserve-1" },
      state: "OPERATION_FINISHED",
      agent_id: { value: "agent-1" },
      converted_resources: [unallocated(disk)],
      uuid: { value: driver.agent.state.operations.get(uuid)?.outcome.uuid?.value },
    };
    const operation = {
      framework_id: { value: "framework-1" },
      agent_id: { value: "agent-1" },
      info,
      uuid: { value: uuid },
    };
    const records = [
      { key: "resources", value: [unallocated(disk)] },
      {
        key: `operations/${uuid}`,
        value: { ...operation, latest_status: status, statuses: [status] },
      },
    ];
    expect(effects).to.deep.equal([{ type: "CHECKPOINT", ticket: 2, records }]);
    expect(driver.agent.state.operations.get(uuid)?.wire.latest_status).to.deep.equal({
      operation_id: { value: "reserve-1" },
      state: "OPERATION_PENDING",
      agent_id: { value: "agent-1" },
    });
    expect(driver.step({ type: "CHECKPOINTED", ticket: 2 })).to.deep.equal([
      {
        type: "SEND",
        message: {
          type: "OPERATION_STATUS_UPDATE",
          agentId: "agent-1",
          frameworkId: "framework-1",
          operationUuid: uuid,
          status,
        },
      },
      {
        type: "TIMER",
        timer: { type: "OPERATION_STATUS_RETRY", operationUuid: uuid, generation: 1 },
        delayMs: 10_000,
      },
    ]);
  });

  it("are reported again, at growing distances, until that is acknowledged", () => {
    const driver = registered();
    apply(driver, reserve);
    let effects = driver.step({ type: "CHECKPOINTED", ticket: 2 });
    const delays = Array.from({ length: 8 }, () => {
      const [timer] = timers(effects);
      effects = driver.timer(timer as AgentTimer);
      return timer?.delayMs;
    });
    expect(delays).to.deep.equal([
      10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 600_000, 600_000,
    ]);
    const [update] = updates(effects);
    const [timer] = timers(effects);
    expect(driver.master(acknowledgement(update as Update))).to.deep.equal([
      {
        type: "CHECKPOINT",
        ticket: 3,
        records: [{ key: `operations/${uuid}`, value: undefined }],
      },
    ]);
    expect(driver.timer(timer as AgentTimer)).to.deep.equal([]);
    expect(driver.master(acknowledgement(update as Update))).to.deep.equal([]);
  });

  it("are dropped where the agent has not what they need, and that is reported as well", () => {
    const driver = registered();
    const before = driver.agent.state.total;
    apply(driver, create);
    const [update] = updates(driver.step({ type: "CHECKPOINTED", ticket: 2 }));
    expect([update?.status.state, update?.status.message]).to.deep.equal([
      "OPERATION_DROPPED",
      "CREATE does not fit the agent's resources, cpus:4; disk:1000; mem:4096",
    ]);
    expect(driver.agent.state.total).to.equal(before);
  });

  it("make the directories of volumes, and remove them when they are destroyed", () => {
    const driver = registered();
    apply(driver, reserve);
    const [created] = apply(driver, create, "create");
    expect(created).to.deep.include({
      ticket: 3,
      volumes: { create: [directory.path], destroy: [] },
    });
    const destroyed = apply(driver, destroy, "destroy");
    expect(destroyed.map((effect) => effect.type === "CHECKPOINT" && effect.volumes)).to.deep.equal(
      [{ create: [], destroy: [directory] }, undefined],
    );
    expect(written(destroyed.slice(0, 1)).get("destroyed-volumes")).to.deep.equal([directory]);
    expect(written(destroyed).has("destroyed-volumes")).to.equal(false);
    driver.step({ type: "CHECKPOINTED", ticket: 2 });
    driver.step({ type: "CHECKPOINTED", ticket: 3 });
    expect(updates(driver.step({ type: "CHECKPOINTED", ticket: 4 }))).to.deep.equal([]);
    const [update] = updates(driver.step({ type: "CHECKPOINTED", ticket: 5 }));
    expect(update?.operationUuid).to.equal("destroy");
  });

  it("are done before a task that came after them is launched, which finds its volume", () => {
    const driver = registered();
    apply(driver, reserve);
    apply(driver, create, "create");
    const resources = [...(commandTask("t").resources ?? []), volume];
    expect(told(driver.run(commandTask("t", { resources })))).to.deep.equal([]);
    expect(told(driver.step({ type: "CHECKPOINTED", ticket: 2 }))).to.deep.equal([
      "OPERATION_STATUS_UPDATE",
    ]);
    const effects = driver.step({ type: "CHECKPOINTED", ticket: 3 });
    expect(told(effects)).to.deep.equal(["OPERATION_STATUS_UPDATE", "LAUNCH"]);
    const launch = effects.find(({ type }) => type === "LAUNCH");
    expect(launch?.type === "LAUNCH" && launch.config.volumes).to.deep.equal([
      { containerPath: "data", hostPath: directory.path, readOnly: false },
    ]);
  });

  it("and what they made survive a restart, and are reported to the next master", () => {
    const before = registered();
    const effects = [...apply(before, reserve), ...apply(before, create, "create")];
    const records = written(effects, new Map([["agent", agentRecord]]));
    const { driver, effects: recovery } = restarted(records);
    expect(recovery).to.deep.equal([
      { type: "CHECKPOINT", ticket: 1, records: [{ key: "agent", value: agentRecord }] },
      {
        type: "CHECKPOINT",
        ticket: 2,
        records: [],
        volumes: { create: [directory.path], destroy: [] },
      },
    ]);
    expect(driver.agent.state.total).to.deep.equal(before.agent.state.total);
    expect(registration(driver)).to.deep.equal({
      checkpointedResources: [unallocated(volume)],
      operations: [records.get(`operations/${uuid}`), records.get("operations/create")],
    });
    expect(updates(driver.master(reregistered)).map((one) => one.operationUuid)).to.deep.equal([
      uuid,
      "create",
    ]);
  });

  it("are taken up where a crash cut the removal of a volume's data short", () => {
    const before = registered();
    const [cut] = [apply(before, reserve), apply(before, create, "2"), apply(before, destroy, "3")]
      .flat()
      .reverse()
      .slice(1);
    const records = written(cut ? [cut] : [], new Map([["agent", agentRecord]]));
    expect(restarted(records).effects.slice(1)).to.deep.equal([
      {
        type: "CHECKPOINT",
        ticket: 2,
        records: [{ key: "destroyed-volumes", value: [directory] }],
        volumes: { create: [], destroy: [directory] },
      },
      {
        type: "CHECKPOINT",
        ticket: 3,
        records: [{ key: "destroyed-volumes", value: undefined }],
      },
    ]);
  });

  it("keep an agent from starting with less than what is reserved on it", () => {
    const records = written(apply(registered(), reserve));
    const { effects } = restarted(records, Resources.parse("cpus:4;mem:4096;disk:50").toWire());
    expect(told(effects)).to.deep.equal([
      "EXIT 1 disk(reservations: [(DYNAMIC, db/main)]):100 is reserved on this agent, but its configured resources lack disk:50 of what that is made of: configure at least as much, or remove /work/meta to give up its reservations and volumes and register as a new agent",
    ]);
  });

  it("of an agent that has got another id are forgotten, its reservations are not", () => {
    const records = written(apply(registered(), reserve));
    const { driver, effects } = restarted(records);
    expect(effects).to.deep.equal([
      {
        type: "CHECKPOINT",
        ticket: 1,
        records: [{ key: `operations/${uuid}`, value: undefined }],
      },
    ]);
    expect(driver.agent.state.total.reserved("db/main").toString()).to.equal(
      "disk(reservations: [(DYNAMIC, db/main)]):100",
    );
  });

  it("are reconciled: known ones are reported again, others are dropped", () => {
    const driver = registered();
    apply(driver, reserve);
    const [known] = updates(driver.step({ type: "CHECKPOINTED", ticket: 2 }));
    const answers = updates(
      driver.master({
        type: "RECONCILE_OPERATIONS",
        operations: [
          { frameworkId: "framework-1", operationUuid: uuid },
          { operationUuid: "other", operationId: { value: "o" } },
        ],
      }),
    );
    expect(answers[0]).to.deep.equal(known);
    expect([answers[1]?.operationUuid, answers[1]?.status.state]).to.deep.equal([
      "other",
      "OPERATION_DROPPED",
    ]);
  });

  it("are reported again at once when their framework has subscribed anew", () => {
    const driver = registered();
    apply(driver, reserve);
    const [known] = updates(driver.step({ type: "CHECKPOINTED", ticket: 2 }));
    const again = (id: string) => {
      const frameworkInfo = { user: "root", name: "framework", id: { value: id } };
      return updates(driver.master({ type: "UPDATE_FRAMEWORK", frameworkInfo }));
    };
    expect([again("framework-1"), again("framework-2")]).to.deep.equal([[known], []]);
  });
});
