import { expect } from "chai";
import { sharedVolume } from "../../../integration/contracts/shared-volume.js";
import { Resources } from "../../resources/resources.js";
import { AgentDriver, commandTask } from "../testing.js";
import { agentMetrics } from "./metrics.js";
import { v0State } from "./v0-state.js";

describe("what an agent shows of a shared volume", () => {
  const volume = sharedVolume("r");

  it("counts once, however many tasks use it", () => {
    const driver = AgentDriver.registered();
    const resources = Resources.parse("cpus:1").plus(volume).allocate("r").toWire();
    for (const id of ["one", "two"]) driver.run(commandTask(id, { resources }));
    const { state } = driver.agent;
    const shown = v0State(state, { version: "1.0.0", flags: {} });
    expect(shown).to.have.nested.property("reserved_resources_allocated.r.disk", 10);
    expect(agentMetrics(state, driver.nowMs)).to.include({
      "slave/disk_used": 10,
      "slave/cpus_used": 2,
    });
  });
});
