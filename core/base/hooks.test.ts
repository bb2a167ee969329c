import { expect } from "chai";
import { announcement, decorator } from "./hooks.js";
import type { LogFields, Logger } from "./logger.js";

/** A logger that keeps its warnings, with causes as their texts. */
function keeping(kept: unknown[]): Logger {
  const warn = (message: string, fields?: LogFields) =>
    void kept.push([message, { ...fields, cause: String(fields?.["cause"]) }]);
  return { debug: () => {}, info: () => {}, warn, error: () => {} };
}

const skipped = (hook: string, plugin: string, cause: string) => [
  "hook failed and is skipped",
  { hook, plugin, cause },
];

describe("a hook", () => {
  it("skips a tap that throws, and names hook and plugin", () => {
    const warnings: unknown[] = [];
    const hook = decorator<number, []>("count", ["value"], keeping(warnings));
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
    const counting = decorator<number, []>("count", ["value"], logger);
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
});
