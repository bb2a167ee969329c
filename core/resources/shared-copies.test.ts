import { expect } from "chai";
import { sharedVolume } from "../../integration/contracts/shared-volume.js";
import { Resources } from "./resources.js";
import { SharedCopies } from "./shared-copies.js";

describe("SharedCopies", () => {
  const volume = sharedVolume("r");
  const cpu = Resources.parse("cpus:1");
  /** Held twice, in one role, and again in another. */
  const held = [volume.plus(volume).plus(cpu).allocate("r"), volume.plus(cpu).allocate("r/s")];

  it("count a volume once on each agent, in whatever roles it is held", () => {
    const copies = new SharedCopies();
    const disk = (agentId: string) =>
      held.map((one) => copies.firstOf(agentId, one).scalar("disk"));
    expect([disk("a"), disk("b"), disk("a")]).to.deep.equal([
      [10_000, 0],
      [10_000, 0],
      [0, 0],
    ]);
  });

  it("do so on the wire, and leave all else there", () => {
    const copies = new SharedCopies();
    const names = () =>
      held.map((one) => copies.firstOfWire("a", one.toWire()).map(({ name }) => name));
    expect(names()).to.deep.equal([["cpus", "disk"], ["cpus"]]);
    const plain = cpu.toWire();
    expect(copies.firstOfWire("a", plain)).to.equal(plain);
  });
});
