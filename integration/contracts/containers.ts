import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AgentDirectories } from "../../core/contracts/agent-directories.js";
import type { ContainerConfig } from "../../core/contracts/container.js";
import type { v1 } from "../../core/protocol/v1.js";
import { Resources } from "../../core/resources/resources.js";

/** An agent's directories that nobody else uses. */
export async function makeDirectories(): Promise<AgentDirectories> {
  const root = await mkdtemp(join(tmpdir(), "dasmos-"));
  const directories = { workDir: `${root}/work`, runtimeDir: `${root}/run` };
  // Other users are let in, as to a real work directory.
  await mkdir(directories.workDir, { recursive: true });
  return directories;
}

export async function removeDirectories({ workDir }: AgentDirectories): Promise<void> {
  await rm(join(workDir, ".."), { recursive: true, force: true });
}

/** What the ids of all containers begin with that this process makes. */
export const testMark = `test-${process.pid}-${Date.now().toString(36)}`;

let containers = 0;
/** An id no other container of any test bears, so that its processes can be told. */
export function newContainerId(): string {
  containers++;
  return `${testMark}-${containers}`;
}

/** A task's container that runs `command`, a shell script where it is a text. */
export function containerConfig(
  workDir: string,
  containerId: string,
  command: string | v1.CommandInfo,
  rest: Partial<ContainerConfig> = {},
): ContainerConfig {
  const frameworkId = { value: "framework-1" };
  return {
    executorInfo: { executor_id: { value: "task-1" }, framework_id: frameworkId },
    frameworkInfo: { name: "framework", user: "root", id: frameworkId },
    command: typeof command === "string" ? { value: command } : command,
    resources: Resources.parse("cpus:0.5;mem:64"),
    volumes: [],
    directory: `${workDir}/runs/${containerId}`,
    environment: {},
    ...rest,
  };
}
