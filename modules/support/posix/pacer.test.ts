import { expect } from "chai";
import { Pacer } from "./pacer.js";

describe("Pacer", () => {
  it("lets so many go on in a turn, in the order in which they came", async () => {
    const pacer = new Pacer(2);
    const events: string[] = [];
    const callers = ["a", "b", "c", "d", "e"].map(async (name) => {
      await pacer.turn();
      events.push(name);
    });
    for (let turn = 1; turn <= 2; turn++) {
      await new Promise(setImmediate);
      events.push(`turn ${turn}`);
    }
    await Promise.all(callers);
    expect(events.filter((event) => event.length === 1)).to.deep.equal(["a", "b", "c", "d", "e"]);
    expect(events.indexOf("c")).to.be.greaterThan(events.indexOf("b"));
    expect(events.indexOf("e")).to.be.greaterThan(events.indexOf("turn 1"));
  });
});
