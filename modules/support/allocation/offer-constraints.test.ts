import { expect } from "chai";
import type { scheduler, v1 } from "../../../core/protocol/v1.js";
import { AttributeFilter } from "./offer-constraints.js";

type Constraint = scheduler.AttributeConstraint;

const constraint = (
  selector: Constraint["selector"],
  predicate: Constraint["predicate"],
): Constraint => ({ selector, predicate });
const rack = (predicate: Constraint["predicate"]) =>
  constraint({ attribute_name: "rack" }, predicate);
const any = (...groups: (readonly Constraint[])[]) =>
  new AttributeFilter({
    groups: groups.map((attribute_constraints) => ({ attribute_constraints })),
  });

const text = (name: string, value: string): v1.Attribute => ({
  name,
  type: "TEXT",
  text: { value },
});
const agent = (...attributes: v1.Attribute[]): v1.AgentInfo => ({
  hostname: "host-1",
  attributes,
  domain: { fault_domain: { region: { name: "north" }, zone: { name: "n-2" } } },
});
const without = agent();
const inRack = agent(text("rack", "r12"), text("rack", "r3"));
const numbered = agent({ name: "rack", type: "SCALAR", scalar: { value: 12 } });

/** Whether an agent without a rack, one in rack r12, and one whose rack is a number, satisfy it. */
const verdicts = (filter: AttributeFilter) =>
  [without, inRack, numbered].map((one) => filter.accepts(one));

describe("AttributeFilter", () => {
  const table: readonly [string, Constraint["predicate"], readonly boolean[]][] = [
    ["exists", { exists: {} }, [false, true, true]],
    ["not_exists", { not_exists: {} }, [true, false, false]],
    ["text_equals", { text_equals: { value: "r12" } }, [false, true, true]],
    ["text_equals of a later attribute", { text_equals: { value: "r3" } }, [false, false, true]],
    ["text_not_equals", { text_not_equals: { value: "r12" } }, [true, false, true]],
    ["text_matches", { text_matches: { regex: "r\\d+" } }, [false, true, true]],
    ["text_matches of a part alone", { text_matches: { regex: "\\d+" } }, [false, false, true]],
    ["text_not_matches", { text_not_matches: { regex: "r\\d+" } }, [true, false, true]],
  ];
  for (const [name, predicate, expected] of table) {
    it(`judges by ${name}`, () => expect(verdicts(any([rack(predicate)]))).to.deep.equal(expected));
  }

  it("selects host, region and zone", () => {
    const is = (pseudoattribute_type: "HOSTNAME" | "REGION" | "ZONE", value: string) =>
      any([constraint({ pseudoattribute_type }, { text_equals: { value } })]).accepts(without);
    expect([is("HOSTNAME", "host-1"), is("REGION", "north"), is("ZONE", "n-2")]).to.deep.equal([
      true,
      true,
      true,
    ]);
    expect([is("HOSTNAME", "host-2"), is("REGION", "n-2")]).to.deep.equal([false, false]);
    const homeless = { hostname: "host-1" };
    const nowhere = any([constraint({ pseudoattribute_type: "REGION" }, { not_exists: {} })]);
    expect(nowhere.accepts(homeless)).to.equal(true);
  });

  it("takes any group, and of a group every constraint", () => {
    const both = [rack({ exists: {} }), rack({ text_not_equals: { value: "r12" } })];
    expect(verdicts(any(both))).to.deep.equal([false, false, true]);
    expect(verdicts(any(both, [rack({ not_exists: {} })]))).to.deep.equal([true, false, true]);
  });
});
