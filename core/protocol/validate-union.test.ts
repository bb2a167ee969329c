import { expect } from "chai";
import { MessageError } from "./message-error.js";
import type { MessageName } from "./plan.js";
import { validateUnion } from "./validate-union.js";

describe("validateUnion", () => {
  const fine: readonly [MessageName, { readonly type?: string }][] = [
    ["mesos.v1.scheduler.Call", { type: "TEARDOWN" }],
    ["mesos.v1.scheduler.Call", { type: "REVIVE" }],
    ["mesos.v1.scheduler.Call", { type: "SUPPRESS" }],
    ["mesos.v1.scheduler.Call", { type: "UNKNOWN" }],
    ["mesos.v1.executor.Call", { type: "HEARTBEAT" }],
    ["mesos.v1.agent.Call", { type: "GET_CONTAINERS" }],
    ["mesos.v1.master.Call", { type: "GET_HEALTH" }],
  ];
  for (const [name, union] of fine)
    it(`takes a ${name} of the type ${union.type} without a member`, () => {
      validateUnion(name, union);
    });

  it("ignores the members of other types", () => {
    const call = { type: "DECLINE", accept: { offer_ids: [] }, decline: { offer_ids: [] } };
    validateUnion("mesos.v1.scheduler.Call", call);
  });

  it("refuses a union without a type", () => {
    expect(() => validateUnion("mesos.v1.scheduler.Call", {})).to.throw(
      MessageError,
      "type: required, but not set",
    );
  });

  it("refuses a type without the member it needs", () => {
    const call = { type: "ACCEPT", decline: {} };
    expect(() => validateUnion("mesos.v1.scheduler.Call", call)).to.throw(
      MessageError,
      "accept: required for ACCEPT, but not set",
    );
    expect(() =>
      validateUnion("mesos.v1.agent.Call.AttachContainerInput", { type: "PROCESS_IO" }),
    ).to.throw(MessageError, "process_io: required for PROCESS_IO, but not set");
  });
});
