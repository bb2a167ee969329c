import type { AgentId, ContainerId, ExecutorId, FrameworkId } from "./ids.js";

/** Where one run of an executor keeps its sandbox: Mesos' layout of the work directory. */
export interface SandboxLocation {
  readonly agentId: AgentId;
  readonly frameworkId: FrameworkId;
  readonly executorId: ExecutorId;
  readonly containerId: ContainerId;
}

/** `<workDir>/slaves/<agent>/frameworks/<framework>/executors/<executor>/runs/<container>`. */
export function sandboxPath(workDir: string, location: SandboxLocation): string {
  const { agentId, frameworkId, executorId, containerId } = location;
  return `${workDir}/slaves/${agentId}/frameworks/${frameworkId}/executors/${executorId}/runs/${containerId}`;
}
