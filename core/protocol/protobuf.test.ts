import { expect } from "chai";
import fc from "fast-check";
import protobuf from "protobufjs/minimal.js";
import { passOrMessageError } from "../../integration/testing/pass-or-message-error.js";
import { pick, randomMessage } from "../../integration/testing/random-message.js";
import { type Random, SeededRandom } from "../base/random.js";
import { schedulerCall, schedulerEvent } from "./codecs.js";
import { MAX_NESTING_DEPTH } from "./limits.js";
import { MessageError } from "./message-error.js";
import { planOf, type RawMessage } from "./plan.js";
import { decodeProtobuf, encodeProtobuf } from "./protobuf.js";

const range = planOf("mesos.v1.Value.Range");
const taskInfo = planOf("mesos.v1.TaskInfo");
const taskStatus = planOf("mesos.v1.TaskStatus");
const containerId = planOf("mesos.v1.ContainerID");

const update = {
  type: "UPDATE",
  update: {
    status: {
      task_id: { value: "t1" },
      state: "TASK_RUNNING",
      timestamp: 1.5e9,
      uuid: "AAAAAAAAAAAAAAAAAAAAAA==",
      labels: { labels: [{ key: "a", value: "b" }] },
    },
  },
} as const;

describe("decodeProtobuf", () => {
  it("skips unknown fields, and known ones with another wire type", () => {
    const writer = protobuf.Writer.create();
    writer.uint32(tag(1, 0)).uint64(7).uint32(tag(2, 0)).uint64(9);
    writer.uint32(tag(1, 2)).string("begin").uint32(tag(99, 5)).fixed32(1);
    writer.uint32(tag(99, 1)).fixed64(1).uint32(tag(99, 3)).uint32(tag(99, 4));
    expect(decodeProtobuf(range, writer.finish())).to.deep.equal({ begin: 7, end: 9 });
  });

  it("merges a message that comes in parts, and takes the last of a scalar", () => {
    const parts = [{ labels: [{ key: "a" }] }, { labels: [{ key: "b" }] }].map((labels) =>
      encodeProtobuf(taskStatus, { task_id: { value: "t" }, state: "TASK_LOST", labels }),
    );
    const [first = new Uint8Array(), second = new Uint8Array()] = parts;
    expect(decodeProtobuf(taskStatus, join(first, second))).to.deep.equal({
      task_id: { value: "t" },
      state: "TASK_LOST",
      labels: { labels: [{ key: "a" }, { key: "b" }] },
    });
  });

  it("takes numbers packed or one by one", () => {
    const check = planOf("mesos.v1.HealthCheck.HTTPCheckInfo");
    const packed = protobuf.Writer.create().uint32(tag(1, 0)).uint32(80);
    packed.uint32(tag(4, 2)).fork().uint32(200).uint32(204).ldelim().uint32(tag(4, 0)).uint32(301);
    expect(decodeProtobuf(check, packed.finish())).to.deep.equal({
      port: 80,
      statuses: [200, 204, 301],
    });
  });

  it("reads an unknown number of an enum as unset", () => {
    const resource = planOf("mesos.v1.Resource.ReservationInfo");
    const bytes = protobuf.Writer.create().uint32(tag(4, 0)).uint32(99).finish();
    expect(decodeProtobuf(resource, bytes)).to.deep.equal({});
  });

  it("keeps any key of a map", () => {
    const limits = Object.fromEntries([
      ["__proto__", { value: 1 }],
      ["constructor", { value: 2 }],
    ]);
    const task = { name: "t", task_id: { value: "t" }, agent_id: { value: "a" }, limits };
    const decoded = decodeProtobuf(taskInfo, encodeProtobuf(taskInfo, task));
    expect(Object.entries(decoded["limits"] as object)).to.deep.equal(Object.entries(limits));
    expect(Object.getPrototypeOf(decoded["limits"])).to.equal(Object.prototype);
  });

  it("reads an entry of a map without a value as the type's own nothing, if there is one", () => {
    const volume = planOf("mesos.v1.Volume.Source.CSIVolume.StaticProvisioning");
    const capability = encodeProtobuf(volume, {
      volume_id: "v",
      volume_capability: { access_mode: { mode: "SINGLE_NODE_WRITER" } },
    });
    const entry = encodeEntry(5, "key");
    expect(decodeProtobuf(volume, join(capability, entry))).to.deep.include({
      volume_context: { key: "" },
    });
    expect(() => decodeProtobuf(taskInfo, encodeEntry(15, "key"))).to.throw(
      MessageError,
      "limits.value: required, but not set",
    );
  });

  it("refuses two members of a oneof", () => {
    const selector = planOf("mesos.v1.scheduler.AttributeConstraint.Selector");
    const both = encodeProtobuf(selector, {
      pseudoattribute_type: "HOSTNAME",
      attribute_name: "rack",
    });
    expect(() => decodeProtobuf(selector, both)).to.throw(MessageError, "only one of");
  });

  it("clamps the largest integers as the JSON check does", () => {
    const bytes = new Uint8Array([8, 0, 16, ...Array<number>(9).fill(0xff), 1]);
    expect(decodeProtobuf(range, bytes)).to.deep.equal({ begin: 0, end: 2 ** 64 - 2048 });
  });

  it("takes messages as deep as the limit and no deeper", () => {
    const decode = (depth: number) => decodeProtobuf(containerId, nested(depth));
    expect(() => decode(MAX_NESTING_DEPTH)).not.to.throw();
    expect(() => decode(MAX_NESTING_DEPTH + 1)).to.throw(MessageError, "nested too deeply");
  });
});

describe("what came as protobuf", () => {
  const million = 1_000_000;
  const status = encodeProtobuf(taskStatus, update.update.status);
  const hostile: readonly [name: string, bytes: Uint8Array, error: string][] = [
    [
      "an id without its value",
      new Uint8Array([0x0a, 0]),
      "framework_id.value: required, but not set",
    ],
    [
      "a length of 2 GiB",
      new Uint8Array([0x0a, 0xff, 0xff, 0xff, 0xff, 0x07]),
      "framework_id: cut short",
    ],
    [
      "a length of 4 GiB",
      new Uint8Array([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]),
      "framework_id: cut short",
    ],
    ["an endless number", new Uint8Array([0x10, ...Array<number>(20).fill(0xff)]), "type: "],
    [
      "a message that ends in its parent",
      new Uint8Array([0x0a, 2, 0x0a, 5, 65, 65, 65, 65, 65]),
      "framework_id.value: ",
    ],
    ["a field number of zero", new Uint8Array([0x02, 1, 65]), "not a protobuf message"],
    ["a group that never ends", new Uint8Array([tag(15, 3)]), "not a protobuf message"],
    ["the end of a group alone", new Uint8Array([tag(15, 4)]), "not a protobuf message"],
    ["a wire type that does not exist", new Uint8Array([tag(15, 7)]), "not a protobuf message"],
    ["a million nested groups", new Uint8Array(million).fill(tag(15, 3)), "not a protobuf message"],
    ["a million nested operations", new Uint8Array(million).fill(0x22), "accept"],
    [
      "a million empty operations",
      framed(4, repeated([0x12, 0], million)),
      "holds too many values",
    ],
    ["a million roles", framed(15, repeated([0x0a, 0], million)), "holds too many values"],
    [
      "a million entries",
      framed(3, framed(1, repeated([0x6a, 0], million))),
      "holds too many values",
    ],
    [
      "an infinite number",
      framed(4, framed(3, new Uint8Array([9, 0, 0, 0, 0, 0, 0, 0xf0, 0x7f]))),
      "accept.filters.refuse_seconds: expected a number, got Infinity",
    ],
  ];
  for (const [name, bytes, error] of hostile)
    it(`is refused: ${name}`, () => {
      expect(() => schedulerCall.decodeProtobuf(bytes)).to.throw(MessageError, error);
    });

  it("is refused where it is cut short anywhere but between two fields", () => {
    const lengths = Array.from(status.keys()).filter((length) => {
      try {
        return decodeProtobuf(taskStatus, status.subarray(0, length)) !== undefined;
      } catch (error) {
        expect(error).to.be.instanceOf(MessageError);
        return false;
      }
    });
    const fieldEnds = ["timestamp", "uuid", "labels"].map((last) => {
      const entries = Object.entries(update.update.status);
      const before = entries.slice(
        0,
        entries.findIndex(([name]) => name === last),
      );
      return encodeProtobuf(taskStatus, Object.fromEntries(before)).length;
    });
    expect(lengths).to.deep.equal(fieldEnds);
  });

  it("is refused with a MessageError, or a message that has a protobuf form, however it is mutated", () => {
    const plans = [schedulerCall.name, schedulerEvent.name, taskStatus.name].map(planOf);
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = new SeededRandom(seed);
        const plan = pick(random, plans);
        const valid = encodeProtobuf(plan, randomMessage(plan, random));
        for (let i = 0; i < 20; i++) {
          const message = passOrMessageError(() => decodeProtobuf(plan, mutated(valid, random)));
          if (message === undefined) continue;
          expect(decodeProtobuf(plan, encodeProtobuf(plan, message))).to.deep.equal(message);
        }
      }),
      { numRuns: 300 },
    );
  });
});

function tag(number: number, wireType: number): number {
  return (number << 3) | wireType;
}

/** `body` as the field `number`. */
function framed(number: number, body: Uint8Array): Uint8Array {
  return protobuf.Writer.create().uint32(tag(number, 2)).bytes(body).finish();
}

/** An entry of the map that is the field `number`: a key without a value. */
function encodeEntry(number: number, key: string): Uint8Array {
  return framed(number, protobuf.Writer.create().uint32(tag(1, 2)).string(key).finish());
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array {
  return new Uint8Array([...first, ...second]);
}

function repeated(unit: readonly number[], times: number): Uint8Array {
  return Uint8Array.from({ length: unit.length * times }, (_, i) => unit[i % unit.length] ?? 0);
}

function nested(depth: number): Uint8Array {
  let message: RawMessage = { value: "c" };
  for (let i = 0; i < depth; i++) message = { value: "c", parent: message };
  return encodeProtobuf(containerId, message);
}

function mutated(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = Uint8Array.from(bytes);
  for (let i = random.integer(3); i >= 0 && copy.length > 0; i--)
    copy[random.integer(copy.length)] = pick(random, [0, 1, 0x7f, 0x80, 0xff, random.integer(256)]);
  return random.integer(4) === 0 ? copy.subarray(random.integer(copy.length)) : copy;
}
