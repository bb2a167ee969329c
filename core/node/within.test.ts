import { expect } from "chai";
import { limited } from "./within.js";

const late = () => new Error("late");

describe("limited", () => {
  it("gives what comes in time, and throws what is made when the time is over", async () => {
    const never = new Promise<string>(() => {});
    expect(
      await limited(Promise.resolve("done"), { limitMs: 1000, late, keepsProcess: true }),
    ).to.equal("done");
    const error: unknown = await limited(never, { limitMs: 1, late, keepsProcess: true }).catch(
      (e) => e,
    );
    expect(error).to.have.property("message", "late");
  });

  it("does not take a limit beyond the longest delay of a timer for none", async () => {
    const work = new Promise<string>((resolve) => setTimeout(() => resolve("done"), 50));
    const limitMs = 60 * 24 * 3600 * 1000;
    expect(await limited(work, { limitMs, late, keepsProcess: false })).to.equal("done");
  });
});
