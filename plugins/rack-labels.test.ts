import { expect } from "chai";
import { silentLogger } from "../core/base/logger.js";
import { MasterHooks } from "../core/master/master-hooks.js";
import type { v1 } from "../core/protocol/v1.js";
import rackLabels from "./rack-labels.js";

const task = { task_id: { value: "t" }, name: "t", agent_id: { value: "a" } };
const framework = { user: "u", name: "f" };

function label(agent: Partial<v1.AgentInfo>): v1.Labels {
  const hooks = new MasterHooks(silentLogger);
  const clock = { now: () => 0, schedule: () => ({ dispose: () => {} }) };
  const parameters = { attribute: "rack", label: "where" };
  rackLabels.master?.(hooks, { process: "master", parameters, logger: silentLogger, clock });
  const labels = { labels: [{ key: "team" }] };
  return hooks.launchTaskLabels.call(labels, task, framework, { hostname: "h", ...agent });
}

describe("rack-labels", () => {
  it("labels a task with its agent's attribute, beside the labels it has", () => {
    const attributes = [{ name: "rack", type: "TEXT", text: { value: "r1" } }] as const;
    expect(label({ attributes })).to.deep.equal({
      labels: [{ key: "team" }, { key: "where", value: "r1" }],
    });
  });

  it("leaves tasks of agents without the attribute as they are", () => {
    expect(label({})).to.deep.equal({ labels: [{ key: "team" }] });
  });
});
