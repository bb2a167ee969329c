import { expect } from "chai";
import fc from "fast-check";
import { unpack as unpackAnything } from "msgpackr";
import { pack, unpack } from "./message-pack.js";
import { MalformedBytes } from "./message-pack-reader.js";

const jsonLike = fc.json({ maxDepth: 5 }).map((json): unknown => JSON.parse(json));

/** What the bytes are read as, or the message that refuses them. */
function outcome(bytes: Uint8Array): unknown {
  try {
    return unpack(Buffer.from(bytes));
  } catch (error) {
    expect(error).to.be.instanceOf(MalformedBytes);
    return (error as MalformedBytes).message;
  }
}

describe("MessagePack", () => {
  it("reads what msgpackr reads", () => {
    fc.assert(
      fc.property(jsonLike, (value) => {
        const bytes = pack(value);
        expect(unpack(bytes)).to.deep.equal(unpackAnything(bytes));
      }),
    );
  });

  it("takes or refuses any bytes, and never reads beyond them", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => void outcome(bytes)),
      {
        numRuns: 2000,
      },
    );
  });

  it("refuses every prefix of a value", () => {
    const bytes = pack({ a: [1, -1, 300, 70_000, 1.5, "é".repeat(40)], b: null, c: 2 ** 40 });
    for (let length = 0; length < bytes.length; length++)
      expect(outcome(bytes.subarray(0, length)), `${length} bytes`).to.equal("the bytes end early");
  });

  it("reads every width of number, string, list and map", () => {
    const cases: [hex: string, value: unknown][] = [
      ["cc80", 128],
      ["cd0100", 256],
      ["ce00010000", 65_536],
      ["cf0000000100000001", 2 ** 32 + 1],
      ["d080", -128],
      ["d18000", -32_768],
      ["d280000000", -(2 ** 31)],
      ["d3ffffffffffffffff", -1],
      ["ca3fc00000", 1.5],
      ["cb3ff8000000000000", 1.5],
      ["d90161", "a"],
      ["da000161", "a"],
      ["db0000000161", "a"],
      ["dc000101", [1]],
      ["dd0000000101", [1]],
      ["de0001a16101", { a: 1 }],
      ["df00000001d9016101", { a: 1 }],
      ["81da00016101", { a: 1 }],
    ];
    expect(cases.map(([hex]) => unpack(Buffer.from(hex, "hex")))).to.deep.equal(
      cases.map(([, value]) => value),
    );
  });

  it("refuses what is not JSON-like", () => {
    const cases: [hex: string, message: RegExp][] = [
      ["c1", /0xc1/],
      ["c40161", /0xc4/],
      ["d4ff00", /0xd4/],
      ["d47240 91a161 01", /0xd4/],
      ["8101 01", /no string/],
      ["0101", /follow/],
    ];
    for (const [hex, message] of cases)
      expect(outcome(Buffer.from(hex.replaceAll(" ", ""), "hex"))).to.match(message);
  });

  it("keeps a key that would change an object's prototype as a plain one", () => {
    const value = unpack(pack(JSON.parse('{"__proto__":{"polluted":1},"a":2}')));
    expect(Object.keys(value as object)).to.deep.equal(["__proto__", "a"]);
    expect(Object.getPrototypeOf(value)).to.equal(Object.prototype);
  });

  it("tells texts apart whose bytes are not text", () => {
    unpack(Buffer.from("a2c3a9", "hex"));
    unpack(Buffer.from("a3c3a961", "hex"));
    expect(unpack(Buffer.from("a2e961", "hex"))).to.equal("\uFFFDa");
  });
});
