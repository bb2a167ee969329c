import { expect } from "chai";
import { VirtualClock } from "../../integration/simulator/virtual-clock.js";
import { Runtime, type RuntimeOptions } from "./runtime.js";

function runAll(clock: VirtualClock): void {
  while (clock.runNext(clock.elapsedMs));
}

/** A machine that makes an effect of every input, and throws on "broken". */
function setup(options: Partial<RuntimeOptions<string>> = {}) {
  const clock = new VirtualClock();
  const done: string[] = [];
  const machine = {
    step(input: string, _nowMs: number, effects: string[]): void {
      effects.push(`${input} begun`);
      if (input === "broken") throw new Error("a bug");
      effects.push(`${input} done`);
    },
  };
  const carryOut = (effect: string) => void done.push(effect);
  const runtime = new Runtime(machine, { clock, carryOut, ...options });
  return { clock, done, runtime };
}

describe("Runtime", () => {
  it("takes inputs in their order, each with its effects, in a later turn", () => {
    const { clock, done, runtime } = setup();
    runtime.deliver("a");
    runtime.deliver("b");
    expect([done, runtime.backlog]).to.deep.equal([[], 2]);
    runAll(clock);
    expect([done, runtime.backlog]).to.deep.equal([["a begun", "a done", "b begun", "b done"], 0]);
  });

  it("lets the event loop breathe after some inputs", () => {
    let turns = 0;
    const { clock, done, runtime } = setup({ maxInputsPerTurn: 2, onTurnEnd: () => turns++ });
    for (const input of ["a", "b", "c", "d", "e"]) runtime.deliver(input);
    runAll(clock);
    expect([turns, done.length]).to.deep.equal([3, 10]);
  });

  it("stops for good when the machine throws: nothing of that step is carried out, and no input is taken", () => {
    const failures: unknown[] = [];
    const { clock, done, runtime } = setup({ onFailure: (error) => failures.push(error) });
    for (const input of ["a", "broken", "b"]) runtime.deliver(input);
    runAll(clock);
    runtime.deliver("c");
    runAll(clock);
    expect(done).to.deep.equal(["a begun", "a done"]);
    expect(failures.map(String)).to.deep.equal(["Error: a bug"]);
    expect(runtime.backlog).to.equal(0);
  });

  it("stops for good when an effect cannot be carried out", () => {
    const failures: unknown[] = [];
    const { clock, runtime } = setup({
      carryOut: () => {
        throw new Error("no");
      },
      onFailure: (error) => failures.push(error),
    });
    runtime.deliver("a");
    runtime.deliver("b");
    runAll(clock);
    expect(failures.map(String)).to.deep.equal(["Error: no"]);
  });

  it("throws into the clock where nobody asks for failures", () => {
    const { clock, runtime } = setup();
    runtime.deliver("broken");
    expect(() => runAll(clock)).to.throw("a bug");
  });
});
