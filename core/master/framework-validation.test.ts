import { expect } from "chai";
import type { scheduler, v1 } from "../protocol/v1.js";
import { failoverTimeoutMs, frameworkInfoProblem } from "./framework-validation.js";
import { masterDefaults, type MasterSettings } from "./master-settings.js";

const settings: MasterSettings = {
  ...masterDefaults,
  masterInfo: { id: "M", ip: 0, port: 5050 },
  version: "0.0.0",
  startTimeMs: 0,
};
const capabilities = [{ type: "MULTI_ROLE" as const }];

function problem(
  info: Partial<v1.FrameworkInfo>,
  more: Partial<scheduler.Call.Subscribe> = {},
  other: Partial<MasterSettings> = {},
): string | undefined {
  const framework_info = { user: "u", name: "f", ...info };
  return frameworkInfoProblem({ framework_info, ...more }, { ...settings, ...other });
}

function constraints(
  ...attribute_constraints: scheduler.AttributeConstraint[]
): Partial<scheduler.Call.Subscribe> {
  const groups = [{ attribute_constraints }];
  return { offer_constraints: { role_constraints: { "*": { groups } } } };
}
function matches(regex: string): scheduler.AttributeConstraint {
  return { selector: { attribute_name: "rack" }, predicate: { text_matches: { regex } } };
}
const rack = { attribute_name: "rack" };
const path = 'offer_constraints.role_constraints["*"].groups[0].attribute_constraints[0]';

describe("frameworkInfoProblem", () => {
  const good: readonly [string, string | undefined][] = [
    ["the least there can be", problem({})],
    ["several roles", problem({ capabilities, roles: ["a", "a/b"] })],
    ["no role", problem({ capabilities, roles: [] })],
    ["suppressed roles it subscribes to", problem({ role: "a" }, { suppressed_roles: ["a"] })],
    ["constraints", problem({}, constraints(matches("r[0-9]+")))],
    ["the longest failover timeout", problem({ failover_timeout: 9_223_372_036 })],
    ["a role of the list", problem({ role: "a" }, {}, { roles: new Set(["a"]) })],
    ["root", problem({ user: "root" })],
  ];
  for (const [what, found] of good)
    it(`takes ${what}`, () => {
      expect(found).to.equal(undefined);
    });

  const bad: readonly [string, string | undefined, string][] = [
    ["role with MULTI_ROLE", problem({ capabilities, role: "a" }), "framework_info.role: must not"],
    ["roles without MULTI_ROLE", problem({ roles: ["a"] }), "framework_info.roles: needs"],
    ["a role twice", problem({ capabilities, roles: ["a", "a"] }), "a role twice"],
    [
      "more roles than there can be",
      problem({ capabilities, roles: Array.from({ length: 5001 }, (_, i) => `r${i}`) }),
      "at most 5000, got 5001",
    ],
    ["an empty component", problem({ role: "a//b" }), "empty component"],
    ["a control character", problem({ role: "a\0b" }), "control characters"],
    ["a name no directory can have", problem({ role: "a".repeat(256) }), "at most 255 bytes"],
    ["a foreign role", problem({ role: "b" }, {}, { roles: new Set(["a"]) }), "list of roles"],
    ["an empty id", problem({ id: { value: "" } }), "framework_info.id: must not be empty"],
    ["an id above its directory", problem({ id: { value: ".." } }), "framework_info.id: must not"],
    [
      "an id with a slash",
      problem({ id: { value: "a/b" } }),
      "framework_info.id: must not contain",
    ],
    ["a long id", problem({ id: { value: "é".repeat(128) } }), "at most 255 bytes, got 256"],
    [
      "root where it is not wanted",
      problem({ user: "root" }, {}, { rootSubmissions: false }),
      "root",
    ],
    ["a negative failover timeout", problem({ failover_timeout: -1 }), "failover_timeout"],
    ["an endless failover timeout", problem({ failover_timeout: 1e10 }), "failover_timeout"],
    ["no failover timeout at all", problem({ failover_timeout: NaN }), "failover_timeout"],
    [
      "a negative minimum of offers",
      problem({
        offer_filters: {
          a: {
            min_allocatable_resources: { quantities: [{ quantities: { cpus: { value: -1 } } }] },
          },
        },
      }),
      'offer_filters["a"]: cpus',
    ],
    ["suppressing a foreign role", problem({}, { suppressed_roles: ["x"] }), "suppressed_roles"],
    [
      "constraints for a foreign role",
      problem({}, { offer_constraints: { role_constraints: { x: {} } } }),
      '["x"]: the framework does not subscribe',
    ],
    [
      "no groups",
      problem({}, { offer_constraints: { role_constraints: { "*": {} } } }),
      "groups: expected at least one group",
    ],
    ["an empty group", problem({}, constraints()), "expected at least one constraint"],
    [
      "no selector",
      problem({}, constraints({ selector: {}, predicate: { exists: {} } })),
      `${path}.selector: expected`,
    ],
    [
      "an unknown selector",
      problem(
        {},
        constraints({ selector: { pseudoattribute_type: "UNKNOWN" }, predicate: { exists: {} } }),
      ),
      `${path}.selector.pseudoattribute_type: expected`,
    ],
    ["no predicate", problem({}, constraints({ selector: rack, predicate: {} })), "predicate"],
    ["a bad pattern", problem({}, constraints(matches("a("))), 'predicate: regex "a("'],
    ["a costly pattern", problem({}, constraints(matches("a{101}"))), "size 103, more than 100"],
    ["a long pattern", problem({}, constraints(matches("a".repeat(1001)))), "1000 characters"],
    [
      "too many patterns",
      problem({}, constraints(...Array.from({ length: 1001 }, () => matches("a")))),
      "at most 1000 patterns",
    ],
  ];
  for (const [what, found, message] of bad)
    it(`names ${what}`, () => {
      expect(found).to.include(message);
    });
});

describe("failoverTimeoutMs", () => {
  it("is nothing unless it is said, and has an end", () => {
    const of = (failover_timeout?: number) =>
      failoverTimeoutMs({ user: "u", name: "f", ...(failover_timeout && { failover_timeout }) });
    expect([of(), of(1.5), of(1e12)]).to.deep.equal([0, 1500, 9_223_372_036_854]);
  });
});
