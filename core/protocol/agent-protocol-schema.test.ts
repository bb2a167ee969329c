import { expect } from "chai";
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
