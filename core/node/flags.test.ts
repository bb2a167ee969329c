import { expect } from "chai";
import { toFlags } from "./flags.js";

describe("toFlags", () => {
  it("spells a configuration as Mesos spells flags, and leaves out what may be secret", () => {
    expect(
      toFlags({
        workDir: "/w",
        agentPingTimeoutMs: 15_000,
        allocationIntervalMs: 50,
        insecure: false,
        minAllocatableResources: [new Map([["cpus", 10]])],
        modules: { parameters: { basic: { password: "secret" } } },
        cluster: undefined,
      }),
    ).to.deep.equal({
      work_dir: "/w",
      agent_ping_timeout: "15secs",
      allocation_interval: "50ms",
      insecure: "false",
      min_allocatable_resources: '[{"cpus":10}]',
    });
  });
});
