import { expect } from "chai";
import {
  addAgent,
  addFramework,
  addTask,
  masterState,
} from "../../../integration/testing/master-states.js";
import { Resources } from "../../resources/resources.js";
import { quantitiesFromWire } from "../../resources/quantities.js";
import { masterMetrics } from "./metrics.js";
import { v0Roles } from "./v0-roles.js";
import { getRoles } from "./v1-roles.js";

describe("GET_ROLES", () => {
  const names = (view: object): unknown => {
    const { roles } = view as { readonly roles: readonly { readonly name: string }[] };
    return roles.map(({ name }) => name);
  };

  it("names whatever has a weight, a quota, a framework, a reservation or an allocation, as /roles does", () => {
    const state = masterState();
    state.weights.set("weighed", 2);
    state.quotas.set("limited", {
      guarantees: new Map(),
      limits: quantitiesFromWire({ cpus: { value: 1 } }),
    });
    addAgent(state, "A1", "cpus:4;disk(db):50");
    addFramework(state, "F1", { roles: new Set(["subscribed"]) });
    const view = getRoles(state);
    expect(names(view)).to.deep.equal(["weighed", "limited", "subscribed", "db"]);
    expect(names(view)).to.deep.equal(names(v0Roles(state)));
    expect(view.roles?.[0]).to.deep.equal({
      name: "weighed",
      weight: 2,
      frameworks: [],
      resources: [],
    });
  });

  it("keeps a role that its framework has left while a task runs in it", () => {
    const state = masterState();
    const framework = addFramework(state, "F1", { roles: new Set(["other"]) });
    addTask(framework, addAgent(state, "A1", "cpus:4"), "T1", "cpus:1");
    expect(getRoles(state).roles).to.deep.equal([
      { name: "other", weight: 1, frameworks: [{ value: "F1" }], resources: [] },
      {
        name: "web",
        weight: 1,
        frameworks: [],
        resources: Resources.parse("cpus:1").allocate("web").toWire("endpoint"),
      },
    ]);
  });

  it("counts what executors hold", () => {
    const state = masterState();
    const agent = addAgent(state, "A1", "cpus:4");
    const framework = addFramework(state, "F1");
    addTask(framework, agent, "T1", "cpus:1");
    const resources = Resources.parse("cpus:0.5;mem:32").allocate("web").toWire();
    const executor = {
      executor_id: { value: "E1" },
      framework_id: { value: "F1" },
      resources,
    };
    framework.executors.set("A1", new Map([["E1", executor]]));
    expect(masterMetrics(state, 0)).to.include({ "master/cpus_used": 1.5, "master/mem_used": 32 });
    expect(getRoles(state).roles).to.deep.equal([
      {
        name: "web",
        weight: 1,
        frameworks: [{ value: "F1" }],
        resources: Resources.parse("cpus:1.5;mem:32").allocate("web").toWire("endpoint"),
      },
    ]);
  });
});
