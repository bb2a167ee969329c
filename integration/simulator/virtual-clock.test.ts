import { expect } from "chai";
import * as fc from "fast-check";
import { START_MS, VirtualClock } from "./virtual-clock.js";

describe("VirtualClock", () => {
  it("fires in the order of time, then of insertion", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 20 })), (delays) => {
        const clock = new VirtualClock();
        const fired: [number, number][] = [];
        delays.forEach((delayMs, i) =>
          clock.schedule(delayMs, () => fired.push([clock.elapsedMs, i])),
        );
        while (clock.runNext(100));
        expect(fired).to.deep.equal(
          delays
            .map((delayMs, i): [number, number] => [delayMs, i])
            .sort(([a, i], [b, j]) => a - b || i - j),
        );
      }),
    );
  });

  it("stops at the deadline and leaves what is later for another run", () => {
    const clock = new VirtualClock();
    const fired: number[] = [];
    for (const delayMs of [5, 10, 11]) clock.schedule(delayMs, () => fired.push(clock.elapsedMs));
    while (clock.runNext(10));
    expect([fired, clock.now() - START_MS]).to.deep.equal([[5, 10], 10]);
    while (clock.runNext(20));
    expect([fired, clock.elapsedMs]).to.deep.equal([[5, 10, 11], 20]);
  });

  it("forgets what is disposed before its time", () => {
    const clock = new VirtualClock();
    clock.schedule(5, () => expect.fail("fired")).dispose();
    expect([clock.runNext(10), clock.pending]).to.deep.equal([false, 0]);
  });
});
