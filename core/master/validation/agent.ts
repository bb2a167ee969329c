import type { AgentToMaster } from "../../protocol/agent-protocol.js";
import { rolesOf } from "../../protocol/framework-info.js";
import type { v1 } from "../../protocol/v1.js";
import { withCheckpointed } from "../../resources/checkpointed.js";
import { Resources } from "../../resources/resources.js";
import { invalidRole } from "../../resources/roles.js";
import { validateResources } from "../../resources/validate-resources.js";
import type { MasterSettings } from "../master-settings.js";
import { idProblem } from "./ids.js";

export type Register = Extract<AgentToMaster, { type: "REGISTER_AGENT" }>;
export type Reregister = Extract<AgentToMaster, { type: "REREGISTER_AGENT" }>;

/** What is wrong with an agent that wants to be registered; undefined if nothing is. */
export function agentProblem(
  message: Register | Reregister,
  settings: MasterSettings,
): string | undefined {
  const { agentInfo: info, checkpointedResources } = message;
  return (
    ownResourcesProblem("agentInfo.resources", info.resources ?? []) ??
    ownResourcesProblem("checkpointedResources", checkpointedResources) ??
    checkpointedProblem(info, checkpointedResources) ??
    domainProblem(info, settings) ??
    (message.type === "REREGISTER_AGENT" ? burdenProblem(message) : undefined)
  );
}

function ownResourcesProblem(path: string, resources: readonly v1.Resource[]): string | undefined {
  const problem = validateResources(resources);
  if (problem !== undefined) return `${path}: ${problem}`;
  const i = resources.findIndex(({ allocation_info }) => allocation_info !== undefined);
  return i < 0 ? undefined : `${path}[${i}].allocation_info: nobody holds what an agent has`;
}

function checkpointedProblem(
  { resources }: v1.AgentInfo,
  checkpointed: readonly v1.Resource[],
): string | undefined {
  if (withCheckpointed(Resources.fromWire(resources), checkpointed)) return undefined;
  return "checkpointedResources: the agent's resources do not hold what is reserved on it";
}

function domainProblem({ domain }: v1.AgentInfo, settings: MasterSettings): string | undefined {
  if (domain !== undefined && settings.masterInfo.domain === undefined)
    return "agentInfo.domain: this master has no domain, so an agent cannot have one";
  if (domain === undefined && settings.requireAgentDomain)
    return "agentInfo.domain: this master admits only agents with a domain";
  return undefined;
}

/** What it runs, and for whom. */
function burdenProblem({ agentInfo, ...message }: Reregister): string | undefined {
  if (agentInfo.id === undefined) return "agentInfo.id: required, but not set";
  const badId = idProblem("agentInfo.id", agentInfo.id.value);
  if (badId !== undefined) return badId;
  for (const [i, { frameworkInfo }] of message.frameworks.entries()) {
    const problem = frameworkProblem(frameworkInfo);
    if (problem !== undefined) return `frameworks[${i}].frameworkInfo.${problem}`;
  }
  for (const [i, { executorInfo }] of message.executors.entries()) {
    const problem = heldProblem(executorInfo.resources);
    if (problem !== undefined) return `executors[${i}].executorInfo.resources: ${problem}`;
  }
  for (const [i, { resources }] of message.tasks.entries()) {
    const problem = heldProblem(resources);
    if (problem !== undefined) return `tasks[${i}].resources: ${problem}`;
  }
  return undefined;
}

function frameworkProblem(info: v1.FrameworkInfo): string | undefined {
  if (info.id === undefined) return "id: required, but not set";
  const badId = idProblem("id", info.id.value);
  if (badId !== undefined) return badId;
  for (const role of rolesOf(info)) {
    const invalid = invalidRole(role);
    if (invalid !== undefined) return `roles: ${invalid}`;
  }
  return undefined;
}

/** What is held is held in a role. */
function heldProblem(resources: readonly v1.Resource[] = []): string | undefined {
  const problem = validateResources(resources);
  if (problem !== undefined) return problem;
  const stray = resources.find(({ allocation_info }) => allocation_info?.role === undefined);
  return stray && `${stray.name} is not allocated to a role`;
}
