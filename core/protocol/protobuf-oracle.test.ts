import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import fc from "fast-check";
import protobuf from "protobufjs";
import { randomMessage } from "../../integration/testing/random-message.js";
import { SeededRandom } from "../base/random.js";
import { checkMessage } from "./check.js";
import { allPlans } from "./plan.js";
import { decodeProtobuf, encodeProtobuf } from "./protobuf.js";

const plans = allPlans();

/** The schema as protobufjs itself reflects it, straight from its source. */
function reflectSchema(): protobuf.Root {
  const source = fileURLToPath(new URL("../../../core/protocol", import.meta.url));
  const files = readdirSync(join(source, "mesos"), { recursive: true, encoding: "utf8" });
  const root = new protobuf.Root();
  root.resolvePath = (_, file) => (file.startsWith("google/") ? file : join(source, file));
  const protos = files.filter((file) => file.endsWith(".proto")).map((file) => `mesos/${file}`);
  root.loadSync(protos, { keepCase: true }).resolveAll();
  return root;
}

describe("the protobuf codec", () => {
  const schema = reflectSchema();
  const toObject = { enums: String, longs: Number, bytes: String };

  it("agrees with protobufjs' reflection about every message of the schema, both ways", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = new SeededRandom(seed);
        for (const plan of plans) {
          const message = randomMessage(plan, random);
          const type = schema.lookupType(plan.name);
          const reflected = type.toObject(type.decode(encodeProtobuf(plan, message)), toObject);
          expect(reflected, plan.name).to.deep.equal(message);
          const decoded = decodeProtobuf(plan, type.encode(type.fromObject(message)).finish());
          expect(decoded, plan.name).to.deep.equal(message);
        }
      }),
      { numRuns: 8 },
    );
  });

  it("agrees with the JSON check: a random message passes as it stands, in any encoding", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = new SeededRandom(seed);
        for (const plan of plans) {
          const message = randomMessage(plan, random);
          expect(checkMessage(plan, message), plan.name).to.equal(message);
          const parsed: unknown = JSON.parse(JSON.stringify(message));
          expect(checkMessage(plan, parsed), plan.name).to.equal(parsed);
        }
      }),
      { numRuns: 8 },
    );
  });
});
