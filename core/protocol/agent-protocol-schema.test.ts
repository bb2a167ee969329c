import { expect } from "chai";
import fc from "fast-check";
import {
  sampleAgentToMaster,
  sampleMasterToAgent,
} from "../../integration/testing/agent-protocol-samples.js";
import { mutateValue } from "../../integration/testing/mutate-value.js";
import { passOrMessageError } from "../../integration/testing/pass-or-message-error.js";
import { type Random, SeededRandom } from "../base/random.js";
import type { AgentToMaster } from "./agent-protocol.js";
import { checkAgentToMaster, checkMasterToAgent, envelopeKeys } from "./agent-protocol-schema.js";
import { MessageError } from "./message-error.js";

const register: AgentToMaster = {
  type: "REGISTER_AGENT",
  agentInfo: { hostname: "a1", resources: [] },
  version: "1.0.0",
  capabilities: [{ type: "MULTI_ROLE" }],
  checkpointedResources: [],
  resourceVersion: "AAAAAAAAAAAAAAAAAAAAAA==",
};
const update: AgentToMaster = {
  type: "STATUS_UPDATE",
  agentId: "a1",
  update: {
    frameworkId: "f1",
    status: { task_id: { value: "t1" }, state: "TASK_RUNNING", uuid: "AAAAAAAAAAAAAAAAAAAAAA==" },
    latestState: "TASK_FINISHED",
  },
};

describe("checkAgentToMaster", () => {
  it("gives a message back in canonical form, its keys in their fixed order", () => {
    const message = checkAgentToMaster({
      ...update,
      update: { ...update.update, executorId: undefined, unknown: 1 },
      unknown: 1,
    });
    expect(message).to.deep.equal(update);
    expect(Object.keys(message)).to.deep.equal(envelopeKeys.STATUS_UPDATE);
    expect(
      checkAgentToMaster({ ...register, agentInfo: { hostname: "a1", id: null } }),
    ).to.deep.equal({
      ...register,
      agentInfo: { hostname: "a1" },
    });
  });

  const cases: readonly [name: string, value: unknown, error: string][] = [
    ["what is no object", [register], "expected an object, got an array"],
    ["an unknown type", { type: "PING" }, 'type: expected the type of a message, got "PING"'],
    [
      "a type that is a member of every object",
      { type: "constructor" },
      'type: expected the type of a message, got "constructor"',
    ],
    [
      "a field that is missing",
      { ...register, version: null },
      "REGISTER_AGENT.version: required, but not set",
    ],
    [
      "a field of a message that is missing",
      { ...register, agentInfo: {} },
      "REGISTER_AGENT.agentInfo.hostname: required, but not set",
    ],
    [
      "an element that does not fit",
      { ...register, checkpointedResources: [{ name: "cpus" }] },
      "REGISTER_AGENT.checkpointedResources[0].type: required, but not set",
    ],
    [
      "a state that is unknown",
      { ...update, update: { ...update.update, latestState: "X" } },
      'STATUS_UPDATE.update.latestState: expected a name of mesos.v1.TaskState, got "X"',
    ],
    [
      "what is not base64",
      { ...register, resourceVersion: "?" },
      'REGISTER_AGENT.resourceVersion: expected base64, got "?"',
    ],
  ];
  for (const [name, value, error] of cases)
    it(`refuses ${name}`, () => {
      expect(() => checkAgentToMaster(value)).to.throw(MessageError, error);
    });
});

describe("checkMasterToAgent", () => {
  it("refuses what an agent says", () => {
    expect(() => checkMasterToAgent(register)).to.throw(MessageError, "type: expected the type");
  });
});

const directions = [
  { name: "agent to master", check: checkAgentToMaster, sample: sampleAgentToMaster },
  { name: "master to agent", check: checkMasterToAgent, sample: sampleMasterToAgent },
];
for (const { name, check, sample } of directions)
  describe(`any message from ${name}`, () => {
    it("is given back as it is, whatever the nulls and unknown fields around it", () => {
      forEachSeed((random) => {
        for (const message of sample(random)) {
          const checked = check({ unknown: [1], ...message, other: null });
          expect(checked).to.deep.equal(message);
          const keys = envelopeKeys[message.type].filter((key) => key in message);
          expect(Object.keys(checked)).to.deep.equal(keys);
        }
      });
    });

    it("is refused with a MessageError, or is one that passes again, however it is mutated", () => {
      forEachSeed((random) => {
        for (const message of sample(random)) {
          const checked = passOrMessageError(() => check(mutateValue(message, random)));
          if (checked !== undefined) expect(check(checked)).to.deep.equal(checked);
        }
      });
    });
  });

describe("the samples", () => {
  it("are of every type there is", () => {
    const random = new SeededRandom(1);
    const types = [...sampleAgentToMaster(random), ...sampleMasterToAgent(random)].map(
      (message) => message.type,
    );
    expect(types).to.have.members(Object.keys(envelopeKeys));
  });
});

function forEachSeed(visit: (random: Random) => void): void {
  fc.assert(
    fc.property(fc.integer(), (seed) => visit(new SeededRandom(seed))),
    { numRuns: 50 },
  );
}
