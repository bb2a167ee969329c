import { expect } from "chai";
import { schedulerCall } from "./codecs.js";
import { MessageError } from "./message-error.js";

const subscribe = {
  framework_id: { value: "f1" },
  type: "SUBSCRIBE",
  subscribe: {
    framework_info: {
      user: "root",
      name: "test",
      id: { value: "f1" },
      failover_timeout: 3600.5,
      roles: ["a", "b"],
      capabilities: [{ type: "MULTI_ROLE" }],
    },
  },
} as const;

describe("MessageCodec", () => {
  it("carries a message through JSON and protobuf unchanged", () => {
    const text = schedulerCall.toJson(subscribe);
    expect(schedulerCall.parseJson(text)).to.deep.equal(subscribe);
    const bytes = schedulerCall.encodeProtobuf(subscribe);
    expect(schedulerCall.decodeProtobuf(bytes)).to.deep.equal(subscribe);
  });

  it("takes null for a field that is not set, whether it is optional or repeated", () => {
    const framework_info = {
      ...subscribe.subscribe.framework_info,
      id: null,
      offer_filters: null,
      labels: null,
      capabilities: null,
    };
    const text = JSON.stringify({
      ...subscribe,
      framework_id: null,
      subscribe: { framework_info },
    });
    expect(schedulerCall.parseJson(text)).to.deep.equal({
      type: "SUBSCRIBE",
      subscribe: {
        framework_info: { user: "root", name: "test", failover_timeout: 3600.5, roles: ["a", "b"] },
      },
    });
  });

  it("names the path of what does not fit", () => {
    expect(() =>
      schedulerCall.check({
        type: "ACCEPT",
        accept: { operations: [{ launch: { task_infos: [{ name: "x" }] } }] },
      }),
    ).to.throw(
      MessageError,
      "accept.operations[0].launch.task_infos[0].task_id: required, but not set",
    );
  });
});
