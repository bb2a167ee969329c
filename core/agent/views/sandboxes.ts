import type { AgentState, Executor } from "../agent-state.js";
import { allFrameworks } from "./agent-tasks.js";

/**
 * Where each sandbox is shown: under its own path, and the latest run of an executor also as `…/runs/latest`, with the
 * agent's directories in front or without.
 */
export function sandboxPaths(state: AgentState): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  for (const framework of allFrameworks(state))
    for (const executor of [...framework.completedExecutors, ...framework.executors.values()])
      for (const path of pathsOf(executor)) paths.set(path, executor.directory);
  return paths;
}

function pathsOf({ frameworkId, id, directory }: Executor): readonly string[] {
  return [
    directory,
    `${directory.slice(0, directory.lastIndexOf("/"))}/latest`,
    `/frameworks/${frameworkId}/executors/${id}/runs/latest`,
  ];
}
