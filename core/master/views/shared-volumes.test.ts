import { expect } from "chai";
import { sharedVolume } from "../../../integration/contracts/shared-volume.js";
import {
  addAgent,
  addFramework,
  addTask,
  masterState,
} from "../../../integration/testing/master-states.js";
import type { Agent, Framework } from "../master-state.js";
import { masterMetrics } from "./metrics.js";
import { v0Frameworks } from "./v0-frameworks.js";
import { v0Roles } from "./v0-roles.js";
import { v0Slaves } from "./v0-slaves.js";
import { getAgents } from "./v1-agents.js";
import { getFrameworks } from "./v1-frameworks.js";
import { getRoles } from "./v1-roles.js";

describe("what is shown of a shared volume of 10 MB", () => {
  const volume = sharedVolume("web");
  const resources = volume.allocate("web");
  const state = masterState();
  const [here, there] = ["here", "there"].map((id) =>
    addAgent(state, id, "cpus:1", { total: volume }),
  ) as [Agent, Agent];
  const [one, two] = ["one", "two"].map((id) => addFramework(state, id)) as [Framework, Framework];

  function use(framework: Framework, agent: Agent, id: string): void {
    addTask(framework, agent, id, "cpus:0", { resources: resources.toWire() }).resources =
      resources;
  }
  function offer(framework: Framework, agent: Agent): void {
    const id = `${framework.id}-${agent.id}`;
    const made = { id, frameworkId: framework.id, agentId: agent.id, role: "web", resources };
    for (const offers of [state.offers, agent.offers, framework.offers]) offers.set(id, made);
  }
  use(one, here, "1");
  use(one, here, "2");
  use(two, here, "3");
  offer(one, here);
  offer(two, here);
  // Another volume, although it has the same id.
  use(one, there, "4");
  offer(two, there);

  /** The disk under each of some names. */
  function disk(view: unknown, list: string, names: readonly string[]): readonly number[][] {
    const shown = JSON.parse(JSON.stringify(view)) as Record<string, Record<string, unknown>[]>;
    return (shown[list] ?? []).map((entry) =>
      names.map((name) => {
        const of = entry[name] as { disk: number } | { scalar: { value: number } }[];
        if (!Array.isArray(of)) return of.disk;
        return of.reduce((sum, { scalar }) => sum + scalar.value, 0);
      }),
    );
  }

  it("counts once for an agent, however many use it or have it on offer", () => {
    const names = ["used_resources", "offered_resources"];
    expect(disk(v0Slaves(state, undefined), "slaves", names)).to.deep.equal([
      [10, 10],
      [10, 10],
    ]);
    const full = names.map((name) => `${name}_full`);
    expect(disk(v0Slaves(state, undefined), "slaves", full)).to.deep.equal([
      [10, 10],
      [10, 10],
    ]);
    const operator = ["allocated_resources", "offered_resources"];
    expect(disk(getAgents(state), "agents", operator)).to.deep.equal([
      [10, 10],
      [10, 10],
    ]);
  });

  it("counts once for a framework on each agent", () => {
    const names = ["used_resources", "offered_resources", "resources"];
    expect(disk(v0Frameworks(state, undefined), "frameworks", names)).to.deep.equal([
      [20, 10, 20],
      [10, 20, 20],
    ]);
    const operator = ["allocated_resources", "offered_resources"];
    expect(disk(getFrameworks(state), "frameworks", operator)).to.deep.equal([
      [20, 10],
      [10, 20],
    ]);
  });

  it("counts once for a role on each agent", () => {
    expect(disk(v0Roles(state), "roles", ["resources"])).to.deep.equal([[20]]);
    expect(disk(getRoles(state), "roles", ["resources"])).to.deep.equal([[20]]);
  });

  it("counts once on each agent in metrics, so that no more is used than there is", () => {
    expect(masterMetrics(state, 5_000)).to.include({
      "master/disk_total": 20,
      "master/disk_used": 20,
      "master/disk_percent": 1,
      "allocator/mesos/resources/disk/offered_or_allocated": 20,
    });
  });
});
