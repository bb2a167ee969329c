import { expect } from "chai";
import type { v1 } from "../protocol/v1.js";
import { Resources } from "../resources/resources.js";
import { incompatibleFields } from "./reconfiguration.js";

const domain = {
  fault_domain: { region: { name: "region" }, zone: { name: "zone" } },
};
const range = (end: number): v1.Attribute => ({
  name: "slots",
  type: "RANGES",
  ranges: { range: [{ begin: 1, end }] },
});
const rack = (value: string): v1.Attribute => ({ name: "rack", type: "TEXT", text: { value } });

function info(text: string, rest: Partial<v1.AgentInfo> = {}): v1.AgentInfo {
  return { hostname: "agent", resources: Resources.parse(text).toWire(), ...rest };
}

describe("incompatibleFields", () => {
  const before = info("cpus:4;ports:[1-9]", { attributes: [rack("r1"), range(5)] });
  const cases: readonly (readonly [string, v1.AgentInfo, string[], string[]])[] = [
    ["nothing", before, [], []],
    [
      "the order of resources",
      { ...before, resources: [...(before.resources ?? [])].reverse() },
      [],
      [],
    ],
    ["the default port, said", { ...before, port: 5051 }, [], []],
    [
      "hostname and port",
      { ...before, hostname: "b", port: 1 },
      ["hostname", "port"],
      ["hostname", "port"],
    ],
    [
      "more resources",
      info("cpus:5;ports:[1-20];mem:1", { attributes: [rack("r1"), range(5)] }),
      ["resources"],
      [],
    ],
    [
      "fewer resources",
      info("cpus:4;ports:[1-8]", { attributes: [rack("r1"), range(5)] }),
      ["resources"],
      ["resources"],
    ],
    ["a domain that comes", { ...before, domain }, ["domain"], []],
    [
      "an attribute that comes",
      { ...before, attributes: [rack("r1"), range(5), rack("r2")] },
      ["attributes"],
      [],
    ],
    [
      "an attribute that goes",
      { ...before, attributes: [rack("r1")] },
      ["attributes"],
      ["attributes"],
    ],
    ["a range that grows", { ...before, attributes: [rack("r1"), range(6)] }, ["attributes"], []],
    [
      "a range that shrinks",
      { ...before, attributes: [rack("r1"), range(4)] },
      ["attributes"],
      ["attributes"],
    ],
    [
      "another text",
      { ...before, attributes: [rack("r2"), range(5)] },
      ["attributes"],
      ["attributes"],
    ],
  ];
  for (const [change, after, equal, additive] of cases) {
    it(`judges ${change}`, () => {
      expect({
        equal: incompatibleFields("equal", before, after),
        additive: incompatibleFields("additive", before, after),
      }).to.deep.equal({ equal, additive });
    });
  }

  it("does not let a domain change", () => {
    const moved = {
      ...before,
      domain: { fault_domain: { ...domain.fault_domain, zone: { name: "b" } } },
    };
    expect(incompatibleFields("additive", { ...before, domain }, moved)).to.deep.equal(["domain"]);
  });
});
