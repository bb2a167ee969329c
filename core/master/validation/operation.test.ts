import { expect } from "chai";
import { MasterHarness } from "../../../integration/builders/master-harness.js";
import { partitionAware, running } from "../../../integration/builders/running-master.js";
import type { v1 } from "../../protocol/v1.js";
import { Resources } from "../../resources/resources.js";
import type { Agent, Framework } from "../master-state.js";
import { operationProblem } from "./operation.js";

const dynamic = (role = "dev", principal?: string): v1.Resource.ReservationInfo => ({
  type: "DYNAMIC",
  role,
  ...(principal !== undefined && { principal }),
});
const persistence = { id: "v1" };
const mount = { container_path: "data", mode: "RW" as const };

function disk(value: number, more: Partial<v1.Resource> = {}): v1.Resource {
  return {
    name: "disk",
    type: "SCALAR",
    scalar: { value },
    allocation_info: { role: "dev" },
    ...more,
  };
}
const reserved = disk(64, { reservations: [dynamic()] });
const volume = disk(64, {
  reservations: [dynamic()],
  disk: { persistence, volume: mount },
});
const shared = { ...volume, shared: {} };
const onMount = disk(64, {
  reservations: [dynamic()],
  disk: {
    persistence,
    volume: mount,
    source: { type: "MOUNT", mount: { root: "/mnt" } },
  },
});

function setup(capabilities: readonly v1.FrameworkInfo.Capability.Type[] = ["MULTI_ROLE"]) {
  const harness = new MasterHarness();
  const agentId = harness.registerAgent("a1");
  const frameworkId = harness.subscribe("s1", {
    roles: ["dev", "dev/a"],
    capabilities: capabilities.map((type) => ({ type })),
  });
  return {
    agent: harness.master.state.agents.get(agentId) as Agent,
    framework: harness.master.state.frameworks.get(frameworkId) as Framework,
  };
}

/** As a framework's. */
function problem(operation: v1.Offer.Operation, principal?: string): string | undefined {
  return operationProblem(operation, { ...setup(), principal });
}
function reserve(...resources: v1.Resource[]): v1.Offer.Operation {
  return { type: "RESERVE", reserve: { resources } };
}
/** As an operator's. */
function reserveAnew(resources: v1.Resource[], source: v1.Resource[]): string | undefined {
  const { agent } = setup();
  return operationProblem({ type: "RESERVE", reserve: { resources, source } }, { agent });
}
function create(...volumes: v1.Resource[]): v1.Offer.Operation {
  return { type: "CREATE", create: { volumes } };
}
function destroy(...volumes: v1.Resource[]): v1.Offer.Operation {
  return { type: "DESTROY", destroy: { volumes } };
}
function grow(of: v1.Resource, addition: v1.Resource): v1.Offer.Operation {
  return { type: "GROW_VOLUME", grow_volume: { volume: of, addition } };
}
function shrink(of: v1.Resource, value: number): v1.Offer.Operation {
  return { type: "SHRINK_VOLUME", shrink_volume: { volume: of, subtract: { value } } };
}

/** Everything of the agent's disk a volume that a task may hold. */
function withVolume(used: boolean): string | undefined {
  const { harness, agentId, frameworkId } = running(partitionAware);
  const agent = harness.master.state.agents.get(agentId) as Agent;
  const [bare] = [volume].map(({ allocation_info: _allocation, ...rest }) => rest);
  agent.total = agent.total.plus(Resources.fromWire(bare && [bare]));
  const task = agent.tasks.get(frameworkId)?.get("t1");
  if (used && task !== undefined)
    agent.tasks.get(frameworkId)?.set("t1", { ...task, resources: Resources.fromWire([volume]) });
  return operationProblem(destroy(volume), { agent });
}

describe("operationProblem", () => {
  const good: readonly [string, string | undefined][] = [
    ["a reservation", problem(reserve(reserved))],
    [
      "a refined reservation",
      problem(
        reserve(
          disk(1, {
            allocation_info: { role: "dev/a" },
            reservations: [dynamic(), dynamic("dev/a")],
          }),
        ),
      ),
    ],
    [
      "a reservation by its own principal",
      problem(reserve(disk(1, { reservations: [dynamic("dev", "p")] })), "p"),
    ],
    [
      "an operator's reservation made anew",
      reserveAnew(
        [disk(1, { reservations: [dynamic("ops")] })],
        [disk(1, { reservations: [dynamic()] })],
      ),
    ],
    [
      "the end of a reservation",
      problem({ type: "UNRESERVE", unreserve: { resources: [reserved] } }),
    ],
    ["a volume", problem(create(volume))],
    ["the end of a volume", withVolume(false)],
    ["a volume that grows", problem(grow(volume, reserved))],
    ["a volume that shrinks", problem(shrink(volume, 63))],
    ["an id", problem({ ...reserve(reserved), id: { value: "o" } })],
  ];
  for (const [what, found] of good)
    it(`takes ${what}`, () => {
      expect(found).to.equal(undefined);
    });

  const bad: readonly [string, string | undefined, string][] = [
    ["nothing to reserve", problem({ type: "RESERVE" }), "reserve: expected at least one"],
    ["a bad resource", problem(reserve(disk(-1))), "reserve: resources[0] (disk): scalar"],
    ["no reservation", problem(reserve(disk(1))), "expected a DYNAMIC one on top"],
    [
      "a static reservation",
      problem(reserve(disk(1, { reservations: [{ type: "STATIC", role: "dev" }] }))),
      "expected a DYNAMIC one on top",
    ],
    [
      "a stranger's reservation",
      problem(reserve(disk(1, { reservations: [dynamic("dev", "q")] })), "p"),
      "expected principal 'p'",
    ],
    [
      "a reservation in another role than the offer's",
      problem(reserve(disk(1, { reservations: [dynamic("ops")] }))),
      "reserved for role 'ops', but offered to role 'dev'",
    ],
    [
      "a reservation in a foreign role",
      problem(
        reserve(disk(1, { allocation_info: { role: "ops" }, reservations: [dynamic("ops")] })),
      ),
      "does not subscribe to role 'ops'",
    ],
    [
      "revocable resources",
      problem(reserve(disk(1, { reservations: [dynamic()], revocable: {} }))),
      "revocable",
    ],
    ["a volume to be reserved", problem(reserve(volume)), "a persistent volume cannot be reserved"],
    [
      "a framework's source",
      problem({ type: "RESERVE", reserve: { resources: [reserved], source: [reserved] } }),
      "only operators may set it",
    ],
    [
      "a source of less",
      reserveAnew([disk(100, { reservations: [dynamic()] })], [disk(1)]),
      "expected what reserve.resources are made of",
    ],
    [
      "a source with another static reservation",
      reserveAnew(
        [disk(1, { reservations: [dynamic()] })],
        [disk(1, { reservations: [{ type: "STATIC", role: "dev" }] })],
      ),
      "expected what reserve.resources are made of",
    ],
    ["a bad source", reserveAnew([reserved], [disk(NaN)]), "reserve.source: resources[0]"],
    ["a volume as source", reserveAnew([reserved], [volume]), "a persistent volume cannot be"],
    [
      "what is not reserved",
      problem({ type: "UNRESERVE", unreserve: { resources: [disk(1)] } }),
      "is not dynamically reserved",
    ],
    [
      "a reservation that holds a volume",
      problem({ type: "UNRESERVE", unreserve: { resources: [volume] } }),
      "destroy the persistent volume 'v1' first",
    ],
    ["no volume", problem(create(reserved)), "create.volumes[0].disk.persistence: required"],
    [
      "a volume of nothing",
      problem(create({ ...volume, scalar: { value: 0 } })),
      "scalar: expected more than 0",
    ],
    [
      "a read-only volume",
      problem(create({ ...volume, disk: { persistence, volume: { ...mount, mode: "RO" } } })),
      "expected RW",
    ],
    [
      "a stranger's volume",
      problem(
        create({ ...volume, disk: { persistence: { id: "v", principal: "q" }, volume: mount } }),
        "p",
      ),
      "expected principal 'p'",
    ],
    [
      "a volume twice",
      operationProblem(create(shared, shared), setup(["MULTI_ROLE", "SHARED_RESOURCES"])),
      "already has a persistent volume 'v1'",
    ],
    [
      "a shared volume for a framework that cannot share",
      problem(create(shared)),
      "needs the SHARED_RESOURCES capability",
    ],
    [
      "a volume of what is not reserved",
      problem(create({ ...volume, reservations: [] })),
      "must be made from a reserved disk",
    ],
    ["the end of no volume", problem(destroy(reserved)), "is not a persistent volume"],
    [
      "the end of a volume that is not there",
      problem(destroy(volume)),
      "the agent has no such volume",
    ],
    [
      "the end of a volume twice",
      problem(destroy(shared, shared)),
      "destroy.volumes: a volume is there twice",
    ],
    ["the end of a volume in use", withVolume(true), "is in use by task 't1'"],
    ["nothing to grow", problem({ type: "GROW_VOLUME" }), "grow_volume: required"],
    [
      "growth by nothing",
      problem(grow(volume, { ...reserved, scalar: { value: 0 } })),
      "addition.scalar: expected more than 0",
    ],
    [
      "growth by another disk",
      problem(grow(volume, disk(1))),
      "expected the same reservation and disk source",
    ],
    [
      "growth by what may be taken back",
      problem(grow(volume, disk(1, { revocable: {} }))),
      "expected a plain disk",
    ],
    [
      "growth of a shared volume",
      problem(grow(shared, reserved)),
      "a shared volume cannot be resized",
    ],
    ["growth of a MOUNT disk", problem(grow(onMount, reserved)), "a MOUNT disk cannot be resized"],
    ["growth of a disk", problem(grow(reserved, reserved)), "is not a persistent volume"],
    ["nothing to shrink", problem({ type: "SHRINK_VOLUME" }), "shrink_volume: required"],
    ["shrinkage by all", problem(shrink(volume, 64)), "less than the volume's 64, got 64"],
    ["shrinkage by nothing", problem(shrink(volume, 0)), "expected more than 0"],
    ["what is not supported", problem({ type: "CREATE_DISK" }), "CREATE_DISK is not supported yet"],
  ];
  for (const [what, found, message] of bad)
    it(`names ${what}`, () => {
      expect(found).to.include(message);
    });

  it("takes shared volumes from those who can share", () => {
    expect(operationProblem(create(shared), setup(["MULTI_ROLE", "SHARED_RESOURCES"]))).to.equal(
      undefined,
    );
  });

  it("asks the agent for what it can do", () => {
    const { agent, framework } = setup();
    const old = { ...agent, capabilities: [] };
    const withId = { ...reserve(reserved), id: { value: "o" } };
    expect([
      operationProblem(reserve(reserved), { agent: old, framework }),
      operationProblem(withId, { agent: old, framework }),
      operationProblem(shrink(volume, 1), { agent: old, framework }),
    ]).to.deep.equal([
      undefined,
      "the agent lacks the AGENT_OPERATION_FEEDBACK capability",
      "the agent lacks the RESIZE_VOLUME capability",
    ]);
  });
});
