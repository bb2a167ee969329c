import { expect } from "chai";
import { wireTask } from "../../../integration/testing/master-states.js";
import { masterResponse } from "../../protocol/codecs.js";
import type { master } from "../../protocol/v1.js";
import { slicedProtobuf } from "./sliced-protobuf.js";

describe("slicedProtobuf", () => {
  it("writes a long answer in parts that read as the whole", () => {
    const tasks = Array.from({ length: 1_000 }, (_, i) => wireTask("F", "A", `T${i}`));
    const response: master.Response = {
      type: "GET_STATE",
      get_state: {
        get_tasks: { tasks, completed_tasks: tasks.slice(0, 65) },
        get_executors: {},
        get_agents: { recovered_agents: [{ hostname: "a" }] },
      },
    };
    const parts = [...slicedProtobuf(masterResponse, response)];
    expect(Math.max(...parts.map(({ length }) => length))).to.be.below(10_000);
    expect(masterResponse.decodeProtobuf(Buffer.concat(parts))).to.deep.equal(response);
  });

  it("writes a short answer in few parts", () => {
    for (const response of [
      { type: "GET_HEALTH", get_health: { healthy: true } },
      { type: "GET_TASKS", get_tasks: { tasks: [] } },
      {},
    ] as const)
      expect(
        masterResponse.check(
          masterResponse.decodeProtobuf(
            Buffer.concat([...slicedProtobuf(masterResponse, response)]),
          ),
        ),
      ).to.deep.equal(masterResponse.check(response));
  });
});
