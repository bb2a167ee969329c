import { expect } from "chai";
import fc from "fast-check";
import { mutateValue } from "../../integration/testing/mutate-value.js";
import { passOrMessageError } from "../../integration/testing/pass-or-message-error.js";
import { pick, randomMessage } from "../../integration/testing/random-message.js";
import { SeededRandom } from "../base/random.js";
import { checkMessage } from "./check.js";
import { schedulerCall } from "./codecs.js";
import { MAX_NESTING_DEPTH } from "./limits.js";
import { MessageError } from "./message-error.js";
import { planOf, type RawMessage } from "./plan.js";

const resource = planOf("mesos.v1.Resource");
const cpus = { name: "cpus", type: "SCALAR", scalar: { value: 1 } };

describe("checkMessage", () => {
  const unchanged: readonly [name: string, value: RawMessage][] = [
    ["a resource without a role", cpus],
    ["a value of zero", { ...cpus, scalar: { value: 0 } }],
    ["an empty text", { ...cpus, role: "" }],
    ["an empty message", { ...cpus, revocable: {} }],
  ];
  for (const [name, value] of unchanged)
    it(`gives back the very value it was given: ${name}`, () => {
      expect(checkMessage(resource, value)).to.equal(value);
    });

  const corrected: readonly [name: string, value: RawMessage, result: RawMessage][] = [
    ["null for an optional field", { ...cpus, role: null }, cpus],
    ["null for a list", { ...cpus, reservations: null }, cpus],
    ["an empty list", { ...cpus, reservations: [] }, cpus],
    ["null in a list", { ...cpus, reservations: [null] }, cpus],
    ["an unknown field", { x: [[[]]], ...cpus, y: 1 }, cpus],
    ["the field of every object", { ...cpus, constructor: 1, toString: 2 }, cpus],
    [
      "null after the first elements of a list",
      { ...cpus, reservations: [{ role: "a" }, { role: "b" }, null, { role: "c", x: 1 }] },
      { ...cpus, reservations: [{ role: "a" }, { role: "b" }, { role: "c" }] },
    ],
    ["a number in a string", { ...cpus, scalar: { value: " 1 " } }, cpus],
    [
      "one element for a list",
      { ...cpus, reservations: { type: "STATIC" } },
      { ...cpus, reservations: [{ type: "STATIC" }] },
    ],
    [
      "an unknown name of an enum, where the field is optional",
      { ...cpus, reservations: [{ type: "NEW", role: "a" }] },
      { ...cpus, reservations: [{ role: "a" }] },
    ],
  ];
  for (const [name, value, result] of corrected)
    it(`takes ${name}, without altering what it was given`, () => {
      const before = structuredClone(value);
      expect(checkMessage(resource, value)).to.deep.equal(result);
      expect(value).to.deep.equal(before);
    });

  const refused: readonly [name: string, value: unknown, error: string][] = [
    ["a list for a message", [cpus], "expected an object, got an array"],
    ["null for a message", null, "expected an object, got null"],
    ["a missing field", { name: "cpus" }, "type: required, but not set"],
    ["null for a required field", { ...cpus, name: null }, "name: required, but not set"],
    [
      "an unknown name of a required enum",
      { ...cpus, type: "TEXTS" },
      'type: expected one of SCALAR, RANGES, SET, TEXT, got "TEXTS"',
    ],
    ["a number for an enum", { ...cpus, type: 0 }, "type: expected an enum name, got 0"],
    [
      "a text for a number",
      { ...cpus, scalar: { value: "lots" } },
      'scalar.value: expected a number, got "lots"',
    ],
    [
      "Infinity",
      { ...cpus, scalar: { value: "Infinity" } },
      'scalar.value: expected a number, got "Infinity"',
    ],
    ["NaN", { ...cpus, scalar: { value: NaN } }, "scalar.value: expected a number, got null"],
    [
      "an empty text for a number",
      { ...cpus, scalar: { value: " " } },
      'scalar.value: expected a number, got " "',
    ],
    ["a number for a text", { ...cpus, name: 7 }, "name: expected a string, got 7"],
    ["a list for a text", { ...cpus, name: ["cpus"] }, "name: expected a string, got an array"],
    [
      "a list in a list",
      { ...cpus, reservations: [[{}]] },
      "reservations[0]: expected an object, got an array",
    ],
    ["a number for a message", { ...cpus, shared: 1 }, "shared: expected an object, got 1"],
    [
      "a broken part of an integer",
      { ...cpus, ranges: { range: [{ begin: 1.5, end: 2 }] } },
      "ranges.range[0].begin: expected an integer from 0 to",
    ],
    [
      "a negative unsigned integer",
      { ...cpus, ranges: { range: [{ begin: -1, end: 2 }] } },
      "ranges.range[0].begin: expected an integer from 0 to",
    ],
  ];
  for (const [name, value, error] of refused)
    it(`refuses ${name}`, () => {
      expect(() => checkMessage(resource, value)).to.throw(MessageError, error);
    });

  it("takes a boolean in a string, and nothing else for one", () => {
    const uri = planOf("mesos.v1.CommandInfo.URI");
    const given = { value: "a", extract: "true", cache: "false" };
    expect(checkMessage(uri, given)).to.deep.equal({ value: "a", extract: true, cache: false });
    expect(() => checkMessage(uri, { value: "a", extract: 1 })).to.throw(
      MessageError,
      "extract: expected true or false, got 1",
    );
  });

  it("clamps the largest integers to doubles that protobuf can write", () => {
    const range = planOf("mesos.v1.Value.Range");
    const given: unknown = JSON.parse('{"begin": 0, "end": 18446744073709551615}');
    expect(checkMessage(range, given)).to.deep.equal({ begin: 0, end: 2 ** 64 - 2048 });
  });

  it("refuses two members of a oneof", () => {
    const selector = planOf("mesos.v1.scheduler.AttributeConstraint.Selector");
    const given = { attribute_name: "rack", pseudoattribute_type: "HOSTNAME" };
    expect(() => checkMessage(selector, given)).to.throw(
      MessageError,
      "only one of pseudoattribute_type, attribute_name may be set",
    );
    expect(checkMessage(selector, { ...given, attribute_name: null })).to.deep.equal({
      pseudoattribute_type: "HOSTNAME",
    });
  });

  it("keeps any key of a map, and drops what is null", () => {
    const info = planOf("mesos.v1.TaskInfo");
    const text = `{"name":"t","task_id":{"value":"t"},"agent_id":{"value":"a"},
      "limits":{"__proto__":{"value":1},"constructor":{"value":"2"},"mem":null}}`;
    const { limits } = checkMessage(info, JSON.parse(text));
    expect(Object.entries(limits as object)).to.deep.equal([
      ["__proto__", { value: 1 }],
      ["constructor", { value: 2 }],
    ]);
    expect(Object.getPrototypeOf(limits)).to.equal(Object.prototype);
  });

  it("names the key of a map, cut if it is long", () => {
    const info = planOf("mesos.v1.TaskInfo");
    expect(() => checkMessage(info, { limits: { ["k".repeat(100)]: {} } })).to.throw(
      MessageError,
      `limits["${"k".repeat(60)}"…].value: required, but not set`,
    );
  });

  it("takes messages as deep as the limit and no deeper", () => {
    const containerId = planOf("mesos.v1.ContainerID");
    expect(() => checkMessage(containerId, nest(MAX_NESTING_DEPTH))).not.to.throw();
    expect(() => checkMessage(containerId, nest(MAX_NESTING_DEPTH + 1))).to.throw(
      MessageError,
      "parent.parent: nested too deeply",
    );
  });
});

describe("what came as JSON", () => {
  const million = 1_000_000;
  const hostile: readonly [name: string, text: string, error?: string][] = [
    ["nothing", "", "not JSON"],
    ["half a message", '{"type":"ACCEPT"', "not JSON"],
    ["brackets that never close", "[".repeat(million), "holds more than"],
    ["fewer of them", "[".repeat(100_000), "not JSON"],
    ["deep lists in an unknown field", `{"x":${"[".repeat(100_000)}${"]".repeat(100_000)}}`],
    ["deep objects in an unknown field", `${'{"x":'.repeat(100_000)}1${"}".repeat(100_000)}`],
    [
      "deep operations",
      `{"accept":{"operations":${"[".repeat(1000)}${"]".repeat(1000)}}}`,
      "accept.operations[0]: expected an object, got an array",
    ],
    ["many empty objects", `[${"{},".repeat(million)}{}]`, "holds more than"],
    ["a number beyond all", '{"accept":{"filters":{"refuse_seconds":1e999}}}', "expected a number"],
    ["a prototype", '{"__proto__":{"type":"ACCEPT"},"constructor":{"prototype":{}}}'],
    ["a name of an enum that every object has", '{"type":"toString"}'],
    ["many keys", `{${Array.from({ length: 50_000 }, (_, i) => `"k${i}":1`).join()}}`],
  ];
  for (const [name, text, error] of hostile)
    it(`${error === undefined ? "ignores" : "refuses"} ${name}`, () => {
      if (error === undefined) expect(schedulerCall.parseJson(text)).to.deep.equal({});
      else expect(() => schedulerCall.parseJson(text)).to.throw(MessageError, error);
    });

  it("is refused with a MessageError, or a message that passes again as it stands, however it is mutated", () => {
    const plans = ["mesos.v1.scheduler.Call", "mesos.v1.Offer", "mesos.v1.TaskStatus"].map(planOf);
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = new SeededRandom(seed);
        const plan = pick(random, plans);
        const valid = randomMessage(plan, random);
        for (let i = 0; i < 10; i++) {
          const given = mutateValue(mutateValue(valid, random), random);
          const before = JSON.stringify(given);
          const message = passOrMessageError(() => checkMessage(plan, given));
          expect(JSON.stringify(given)).to.equal(before);
          if (message !== undefined) expect(checkMessage(plan, message)).to.equal(message);
        }
      }),
      { numRuns: 300 },
    );
  });
});

function nest(depth: number): RawMessage {
  let containerId: RawMessage = { value: "c" };
  for (let i = 0; i < depth; i++) containerId = { value: "c", parent: containerId };
  return containerId;
}
