import { expect } from "chai";
import { announcement, decorator } from "./hooks.js";
import type { LogFields, Logger } from "./logger.js";

/** A logger that keeps its warnings, with causes as their texts. */
function keeping(kept: unknown[]): Logger {
  const warn = (message: string, fields?: LogFields) =>
    void kept.push([message, { ...fields, cause: String(fields?.["cause"]) }]);
  return { debug: () => {}, info: () => {}, warn, error: () => {} };
}

function readNumber(value: unknown): number {
  if (typeof value !== "number") throw new TypeError(`${String(value)} is no number`);
  return value;
}

const skipped = (hook: string, plugin: string, cause: string) => [
  "hook failed and is skipped",
  { hook, plugin, cause },
];

describe("a hook", () => {
  it("skips a tap that throws, and names hook and plugin", () => {
    const warnings: unknown[] = [];
    const hook = decorator<number, []>("count", ["value"], keeping(warnings), readNumber);
    hook.tap("broken", () => {
      throw new Error("no more");
    });
    hook.tap("adding", (value) => value + 1);
    expect(hook.call(1)).to.equal(2);
    expect(warnings).to.deep.equal([skipped("count", "broken", "Error: no more")]);
  });

  it("skips a tap that returns a promise, and catches what the promise is rejected with", async () => {
    const warnings: unknown[] = [];
    const logger = keeping(warnings);
    const counting = decorator<number, []>("count", ["value"], logger, readNumber);
    counting.tap("waiting", (async () => 7) as unknown as () => number);
    const telling = announcement<[]>("told", [], logger);
    const failing: () => unknown = () => Promise.reject(new Error("too late"));
    telling.tap("failing", failing);
    expect(counting.call(1)).to.equal(1);
    telling.call();
    await new Promise((settle) => setTimeout(settle, 0));
    const promise = "TypeError: returned a promise, and hooks do not wait";
    expect(warnings).to.deep.equal([
      skipped("count", "waiting", promise),
      skipped("told", "failing", promise),
      skipped("told", "failing", "Error: too late"),
    ]);
  });

  it("skips a result of the wrong type, but not what it was given itself", () => {
    const warnings: unknown[] = [];
    const hook = decorator<number, []>("count", ["value"], keeping(warnings), readNumber);
    hook.tap("wrong", () => "7" as unknown as number);
    hook.tap("keeping", (value) => value);
    hook.tap("adding", (value) => value + 1);
    expect([hook.call(1), hook.call(NaN)]).to.deep.equal([2, NaN]);
    const wrong = skipped("count", "wrong", "TypeError: 7 is no number");
    expect(warnings).to.deep.equal([wrong, wrong]);
  });
});
