import { expect } from "chai";
import { KernelError } from "../base/kernel-error.js";
import type { LogFields, Logger } from "../base/logger.js";
import { silentLogger } from "../base/logger.js";
import type { PluginMetric } from "./plugin.js";
import { PluginMetrics } from "./plugin-metrics.js";

const ignore = () => {};

function metric(name: string, read: () => unknown = () => 1): PluginMetric {
  return { name, help: name, type: "gauge", read: read as () => number };
}

function refusal(...names: string[]): string {
  const metrics = new PluginMetrics(silentLogger);
  try {
    for (const [index, name] of names.entries()) metrics.add(`p${index}`, metric(name));
  } catch (error) {
    if (error instanceof KernelError) return `${error.code} ${error.message}`;
  }
  return "none";
}

describe("PluginMetrics", () => {
  it("leaves out what fails or is no finite number, and says so once, with the plugin's name", () => {
    const warnings: unknown[] = [];
    const warn = (_: string, fields?: LogFields) =>
      void warnings.push({ ...fields, cause: String(fields?.["cause"]) });
    const logger: Logger = { debug: ignore, info: ignore, warn, error: ignore };
    const metrics = new PluginMetrics(logger);
    metrics.add(
      "failing",
      metric("p/throws", () => {
        throw new Error("no more");
      }),
    );
    metrics.add(
      "late",
      metric("p/late", () => Promise.reject(new Error("too late"))),
    );
    metrics.add(
      "nan",
      metric("p/nan", () => NaN),
    );
    metrics.add(
      "text",
      metric("p/text", () => "7"),
    );
    metrics.add(
      "fine",
      metric("p/fine", () => 7),
    );
    expect([metrics.read(), metrics.read()]).to.deep.equal([{ "p/fine": 7 }, { "p/fine": 7 }]);
    const expected = "TypeError: expected a finite number, got";
    expect(warnings).to.deep.equal([
      { metric: "p/throws", plugin: "failing", cause: "Error: no more" },
      { metric: "p/late", plugin: "late", cause: `${expected} a value of type object` },
      { metric: "p/nan", plugin: "nan", cause: `${expected} NaN` },
      { metric: "p/text", plugin: "text", cause: `${expected} a value of type string` },
    ]);
  });

  it("refuses a name that the kernel or another plugin has", () => {
    expect(refusal("master/uptime_secs")).to.equal(
      'MODULE_INVALID plugin p0: metric "master/uptime_secs": master/ is the kernel\'s own',
    );
    expect(refusal("p/a", "p/a")).to.equal(
      'MODULE_INVALID plugin p1: metric "p/a": plugin p0 has one of that name',
    );
    expect(refusal("")).to.equal('MODULE_INVALID plugin p0: metric "": expected a name');
  });
});
