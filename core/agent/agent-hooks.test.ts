import { expect } from "chai";
import type { LogFields, Logger } from "../base/logger.js";
import type { v1 } from "../protocol/v1.js";
import { AgentHooks } from "./agent-hooks.js";

const ignore = () => {};
const executor = { executor_id: { value: "e" } };

/** Hooks, and the causes of their warnings. */
function hooksWithWarnings(): [hooks: AgentHooks, causes: string[]] {
  const causes: string[] = [];
  const warn = (_: string, fields?: LogFields) => void causes.push(String(fields?.["cause"]));
  const logger: Logger = { debug: ignore, info: ignore, warn, error: ignore };
  return [new AgentHooks(logger), causes];
}

describe("AgentHooks", () => {
  it("skips an environment that no process could be started with", () => {
    const [hooks, causes] = hooksWithWarnings();
    const results = [
      7,
      { PORT: 80 },
      { "A=B": "c" },
      { A: "b\0" },
      { A: "b", LEFT_OUT: undefined },
    ];
    for (const result of results)
      hooks.executorEnvironment.tap("plugin", () => result as Record<string, string>);
    expect(hooks.executorEnvironment.call({ HOME: "/" }, executor)).to.deep.equal({ A: "b" });
    expect(causes).to.deep.equal([
      "MessageError: expected an object, got 7",
      "MessageError: PORT: must be a string without NUL",
      'MessageError: expected the name of a variable, got "A=B"',
      "MessageError: A: must be a string without NUL",
    ]);
  });

  it("skips a status and attributes that are none", () => {
    const [hooks, causes] = hooksWithWarnings();
    hooks.taskStatus.tap("plugin", () => ({ state: "TASK_LOST" }) as v1.TaskStatus);
    hooks.agentAttributes.tap("plugin", () => ({ rack: "r1" }) as unknown as v1.Attribute[]);
    const status = { task_id: { value: "t" }, state: "TASK_RUNNING" } as const;
    expect(hooks.taskStatus.call(status, "f")).to.equal(status);
    expect(hooks.agentAttributes.call([], { hostname: "h" })).to.deep.equal([]);
    expect(causes).to.deep.equal([
      "MessageError: task_id: required, but not set",
      "MessageError: expected an array, got an object",
    ]);
  });
});
