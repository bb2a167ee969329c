import type { ContainerConfig, ContainerVolume } from "../contracts/container.js";
import type { v1 } from "../protocol/v1.js";
import { Resources } from "../resources/resources.js";
import type { AgentContext } from "./agent-context.js";
import type { Executor, Framework } from "./agent-state.js";
import { containerVolumes, includesVolumes } from "./container-volumes.js";
import { executorEnvironment } from "./executor-environment.js";

/** What an executor's container holds: its own resources and those of its tasks that are not over. */
export function executorResources(executor: Executor): Resources {
  return Resources.fromWire(heldBy(executor));
}

function heldBy({ info, queuedTasks, launchedTasks }: Executor): readonly v1.Resource[] {
  const tasks = [...launchedTasks.values(), ...queuedTasks.values()];
  return [info, ...tasks.map((task) => task.info)].flatMap(({ resources = [] }) => resources);
}

/** The persistent volumes among that. */
export function executorVolumes(
  { settings }: AgentContext,
  executor: Executor,
): readonly ContainerVolume[] {
  return containerVolumes(settings.workDir, heldBy(executor));
}

/** Lets a container that runs use what its executor holds by now. */
export function updateContainer(context: AgentContext, executor: Executor): void {
  if (!executor.containerLaunched) return;
  const resources = executorResources(executor);
  const volumes = executorVolumes(context, executor);
  const sameVolumes =
    volumes.length === executor.volumes.length && includesVolumes(executor.volumes, volumes);
  if (sameVolumes && resources.equals(executor.allocated)) return;
  executor.allocated = resources;
  executor.volumes = volumes;
  executor.updatesUnderWay++;
  context.push({ type: "UPDATE", containerId: executor.containerId, resources, volumes });
}

/** What is to run for an executor: a command task's own command, or the custom executor's. */
export function containerConfig(
  context: AgentContext,
  framework: Framework,
  executor: Executor,
): ContainerConfig {
  const { settings, hooks, agentId } = context;
  const { info: executorInfo, directory } = executor;
  const [task] = executor.queuedTasks.values();
  const taskInfo = executor.isCommandExecutor ? task?.info : undefined;
  const command = (taskInfo ?? executorInfo).command ?? {};
  const container = (taskInfo ?? executorInfo).container;
  const frameworkInfo = framework.info;
  const user = command.user ?? frameworkInfo.user;
  const environment = hooks.executorEnvironment.call(
    executorEnvironment({ settings, agentId, frameworkInfo, executorInfo, directory, taskInfo }),
    executorInfo,
  );
  return {
    ...(taskInfo && { taskInfo }),
    executorInfo,
    frameworkInfo,
    command,
    ...(container && { container }),
    resources: executor.allocated,
    volumes: executor.volumes,
    directory,
    environment,
    ...(settings.switchUser && user !== "" && { user }),
  };
}
