import { realpath } from "node:fs/promises";
import { dirname } from "node:path";
import type { AgentState } from "../../agent/agent-state.js";
import { sandboxRun } from "../../agent/views/sandboxes.js";

/**
 * The directory behind the virtual path of a sandbox that the agent does not remember: of before its restart, or so long
 * ago that it was forgotten. Looked up as it is asked for: nothing bounds how many there are. A link may lead from one
 * run of the executor to another, as `latest` does, and nowhere else.
 */
export async function earlierSandbox(state: AgentState, path: string): Promise<string | undefined> {
  const run = sandboxRun(state, path);
  if (run === undefined) return undefined;
  const { agentDirectory, runs, name } = run;
  try {
    const directory = await realpath(`${agentDirectory}${runs}/${name}`);
    return dirname(directory) === `${await realpath(agentDirectory)}${runs}`
      ? directory
      : undefined;
  } catch {
    return undefined;
  }
}
