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

/** A run of an executor, as its directory is found. */
export interface SandboxRun {
  /** The agent's directory in the work directory. */
  readonly agentDirectory: string;
  /** From there to the runs of the executor. */
  readonly runs: string;
  /** The container's id, or `latest`. */
  readonly name: string;
}

/** The run of this agent that a path names, also one that is no longer in its memory, or that never was. */
export function sandboxRun({ settings, info }: AgentState, path: string): SandboxRun | undefined {
  if (info.id === undefined) return undefined;
  const agentDirectory = `${settings.workDir}/slaves/${info.id.value}`;
  const isWhole = path.startsWith(`${agentDirectory}/`);
  const match = /^(\/frameworks\/[^/]+\/executors\/[^/]+\/runs)\/([^/]+)$/.exec(
    isWhole ? path.slice(agentDirectory.length) : path,
  );
  const [, runs = "", name = ""] = match ?? [];
  if (match === null || (!isWhole && name !== "latest")) return undefined;
  return { agentDirectory, runs, name };
}

function pathsOf({ frameworkId, id, directory }: Executor): readonly string[] {
  return [
    directory,
    `${directory.slice(0, directory.lastIndexOf("/"))}/latest`,
    `/frameworks/${frameworkId}/executors/${id}/runs/latest`,
  ];
}
