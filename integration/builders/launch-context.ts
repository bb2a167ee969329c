import type { Agent, Framework } from "../../core/master/master-state.js";
import { normalizeResources } from "../../core/master/normalize.js";
import type { LaunchContext } from "../../core/master/validation/task.js";
import type { v1 } from "../../core/protocol/v1.js";
import { Resources } from "../../core/resources/resources.js";
import { MasterHarness } from "./master-harness.js";

export const id = (value: string) => ({ value });

/** A framework, an agent, and what is left of its offers. */
export function launchContext(pool = "cpus:4;mem:512;disk:64;ports:[1-9];gpus:2") {
  const harness = new MasterHarness();
  const agentId = harness.registerAgent("a1");
  const frameworkId = harness.subscribe("s1", {});
  const context: LaunchContext = {
    agent: harness.master.state.agents.get(agentId) as Agent,
    framework: harness.master.state.frameworks.get(frameworkId) as Framework,
    role: "*",
    pool: Resources.parse(pool).allocate("*"),
  };
  return context;
}

/** Resources as the master works with them. */
export function held(...resources: v1.Resource[]): readonly v1.Resource[] {
  return normalizeResources(resources, "*");
}
export function scalar(name: string, value: number, more: Partial<v1.Resource> = {}): v1.Resource {
  return { name, type: "SCALAR", scalar: { value }, ...more };
}
/** A custom executor that is as it must be, but for `more`. */
export function executorInfo(
  context: LaunchContext,
  more: Partial<v1.ExecutorInfo> = {},
): v1.ExecutorInfo {
  return {
    executor_id: id("e1"),
    type: "CUSTOM",
    framework_id: id(context.framework.id),
    command: { value: "true" },
    ...more,
  };
}
