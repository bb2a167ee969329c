import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import type { v1 } from "../core/protocol/v1.js";
import { Resources } from "../core/resources/resources.js";
import { eventually, written } from "./contracts/processes.js";
import { TestCluster } from "./testing/test-cluster.js";
import { TestScheduler } from "./testing/test-scheduler.js";

const role = "store/db";
const reservation: v1.Resource.ReservationInfo = { type: "DYNAMIC", role };
const reserved = Resources.parse("cpus:1;mem:128;disk:100").pushReservation(reservation).toWire();
const rest = reserved.filter(({ name }) => name !== "disk");
const volume: v1.Resource = {
  name: "disk",
  type: "SCALAR",
  scalar: { value: 100 },
  reservations: [reservation],
  disk: { persistence: { id: "tables" }, volume: { mode: "RW", container_path: "tables" } },
};
const reserve: v1.Offer.Operation = {
  type: "RESERVE",
  id: { value: "reserve" },
  reserve: { resources: reserved },
};
const create: v1.Offer.Operation = {
  type: "CREATE",
  id: { value: "create" },
  create: { volumes: [volume] },
};

interface SlavesAnswer {
  readonly slaves: readonly {
    readonly reserved_resources: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    readonly reserved_resources_full: Readonly<Record<string, readonly v1.Resource[]>>;
  }[];
}

describe("Reservations and persistent volumes", function () {
  this.timeout(90_000);
  let cluster: TestCluster;
  let owner: TestScheduler;
  let stranger: TestScheduler;

  before(async () => {
    cluster = await TestCluster.start();
    owner = await start([role]);
    stranger = await start(["other"]);
  });

  after(async () => {
    owner?.dispose();
    stranger?.dispose();
    await cluster?.dispose();
  });

  function start(roles: readonly string[]): Promise<TestScheduler> {
    const capabilities = ["MULTI_ROLE", "RESERVATION_REFINEMENT"] as const;
    const frameworkInfo = { roles, capabilities: capabilities.map((type) => ({ type })) };
    return TestScheduler.start({ master: cluster.master.url, frameworkInfo });
  }

  function launch(agent_id: v1.AgentID, taskId: string, command: string): v1.Offer.Operation {
    const task: v1.TaskInfo = {
      name: taskId,
      task_id: { value: taskId },
      agent_id,
      resources: [...rest, volume],
      command: { value: command },
    };
    return { type: "LAUNCH", launch: { task_infos: [task] } };
  }

  function offersVolume({ resources }: v1.Offer): boolean {
    return Resources.fromWire(resources)
      .unallocate()
      .contains(Resources.fromWire([volume]));
  }

  function directory(): string {
    return join(cluster.root, "agent/volumes/roles/store db/tables");
  }

  /** The operations that the owner has heard the good end of, once they are so many. */
  function finished(count: number): Promise<readonly (string | undefined)[]> {
    return eventually("the operations are reported", async () => {
      const told = owner.operationUpdates.filter(({ state }) => state === "OPERATION_FINISHED");
      return told.length >= count ? told.map((status) => status.operation_id?.value) : undefined;
    });
  }

  async function restart(): Promise<void> {
    await cluster.agent.kill();
    await cluster.master.kill();
    await cluster.master.start();
    await cluster.agent.start();
    await cluster.registered();
  }

  it("are made and used in one ACCEPT, and their operations are reported", async () => {
    await owner.accept(({ agent_id }) => [
      reserve,
      create,
      launch(agent_id, "write", "echo precious > tables/row"),
    ]);
    await owner.ended(["write"]);
    expect(owner.states().get("write")).to.include("TASK_FINISHED");
    expect(await readFile(join(directory(), "row"), "utf8")).to.equal("precious\n");
    expect(await finished(2)).to.deep.equal(["reserve", "create"]);
  });

  it("outlive agent and master, and the next task finds the data", async () => {
    await restart();
    const { slaves } = await cluster.master.get<SlavesAnswer>("/slaves");
    expect(slaves.map((slave) => slave.reserved_resources[role])).to.deep.equal([
      { cpus: 1, gpus: 0, mem: 128, disk: 100 },
    ]);
    const copy = join(cluster.root, "copy");
    await owner.accept((offer) =>
      offersVolume(offer)
        ? [launch(offer.agent_id, "read", `cat tables/row > ${copy}`)]
        : undefined,
    );
    expect(await written(copy)).to.equal("precious\n");
    await owner.ended(["read"]);
  });

  it("are offered to their role alone", async () => {
    await eventually("others are offered the rest", async () => stranger.offered[0]);
    const offered = stranger.offered.flatMap(({ resources = [] }) => resources);
    expect(Resources.fromWire(offered).unallocate().toString()).to.equal(
      "cpus:3; disk:924; mem:1920; ports:[31000-31099]",
    );
  });

  it("are given up in one ACCEPT, the data with them", async () => {
    await owner.accept((offer) =>
      offersVolume(offer)
        ? [
            { type: "DESTROY", id: { value: "destroy" }, destroy: { volumes: [volume] } },
            { type: "UNRESERVE", id: { value: "unreserve" }, unreserve: { resources: reserved } },
          ]
        : undefined,
    );
    expect((await finished(4)).slice(2)).to.deep.equal(["destroy", "unreserve"]);
    expect(await readdir(join(directory(), ".."))).to.deep.equal([]);
    await restart();
    const { slaves } = await cluster.master.get<SlavesAnswer>("/slaves");
    expect(slaves.map((slave) => slave.reserved_resources)).to.deep.equal([{}]);
  });
});
