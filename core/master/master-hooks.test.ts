import { expect } from "chai";
import type { LogFields, Logger } from "../base/logger.js";
import type { v1 } from "../protocol/v1.js";
import { Resources } from "../resources/resources.js";
import { MasterHooks } from "./master-hooks.js";

const ignore = () => {};
const task = { task_id: { value: "t" }, name: "t", agent_id: { value: "a" } };
const cpus = { name: "cpus", type: "SCALAR", scalar: { value: 1 } } as const;

/** Hooks, and the causes of their warnings. */
function hooksWithWarnings(): [hooks: MasterHooks, causes: string[]] {
  const causes: string[] = [];
  const warn = (_: string, fields?: LogFields) => void causes.push(String(fields?.["cause"]));
  const logger: Logger = { debug: ignore, info: ignore, warn, error: ignore };
  return [new MasterHooks(logger), causes];
}

describe("MasterHooks", () => {
  it("skips resources that are none, or not valid", () => {
    const [hooks, causes] = hooksWithWarnings();
    const negative = { ...cpus, scalar: { value: -1 } };
    for (const result of ["cpus:1", [7], [{ name: "cpus" }], [negative], undefined])
      hooks.launchTaskResources.tap("plugin", () => result as unknown as readonly v1.Resource[]);
    expect(hooks.launchTaskResources.call([cpus], task, Resources.empty)).to.deep.equal([cpus]);
    expect(causes).to.deep.equal([
      'MessageError: expected an array, got "cpus:1"',
      "MessageError: [0]: expected an object, got 7",
      "MessageError: [0].type: required, but not set",
      "MessageError: resources[0] (cpus): scalar.value: -1 is negative",
    ]);
  });

  it("skips labels that are none, and drops what is no part of a label", () => {
    const [hooks, causes] = hooksWithWarnings();
    const label = { key: "k", value: null, color: "red" };
    for (const result of [42, { labels: [{ key: 1 }] }, { labels: [label] }])
      hooks.launchTaskLabels.tap("plugin", () => result as unknown as v1.Labels);
    const framework = { user: "u", name: "f" };
    const labels = hooks.launchTaskLabels.call({}, task, framework, { hostname: "h" });
    expect(labels).to.deep.equal({ labels: [{ key: "k" }] });
    expect(causes).to.deep.equal([
      "MessageError: expected an object, got 42",
      "MessageError: labels[0].key: expected a string, got 1",
    ]);
  });
});
