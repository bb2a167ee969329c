import { expect } from "chai";
import { StandaloneDetector } from "./standalone.js";

describe("StandaloneDetector", () => {
  it("tells the configured master, once", async () => {
    const heard: unknown[] = [];
    const detector = new StandaloneDetector({ hostname: "10.0.0.1", port: 5050 });
    await detector.detect((leader) => heard.push(leader.address));
    expect(heard).to.deep.equal([{ hostname: "10.0.0.1", port: 5050 }]);
  });
});
