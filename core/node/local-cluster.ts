import type { Disposable } from "../base/disposable.js";
import { DisposableStack } from "../base/disposable.js";
import { hostPort } from "../base/host-port.js";
import type { Logger } from "../base/logger.js";
import { type AgentEnd, type AgentProcess, startAgent } from "./agent-process.js";
import type { HttpAddress } from "./http/http-server.js";
import type { LoadedLocal } from "./load-configuration.js";
import { startMaster } from "./master-process.js";

/** A master and its agents in one process, each with its own kernel. */
export interface LocalClusterProcess extends Disposable {
  readonly master: HttpAddress;
  readonly agents: readonly HttpAddress[];
  /** Settles when any of them cannot go on. */
  readonly ended: Promise<AgentEnd>;
}

/** Starts the master, then its agents; stopping ends the agents' tasks first, so that no process stays behind. */
export async function startLocalCluster(
  { cluster, master: masterModules, agent: agentModules }: LoadedLocal,
  logger: Logger,
): Promise<LocalClusterProcess> {
  const stack = new DisposableStack();
  try {
    const master = stack.add(
      await startMaster({
        loaded: { ...masterModules, configuration: cluster.master },
        logger: named(logger, "master"),
      }),
    );
    const agents: AgentProcess[] = [];
    for (const [i, configuration] of cluster.agents.entries()) {
      const address = hostPort(master.host, master.port);
      const loaded = { ...agentModules, configuration: { ...configuration, master: address } };
      agents.push(stack.add(await startAgent({ loaded, logger: named(logger, `agent-${i + 1}`) })));
    }
    const masterEnd = master.failed.then(({ message }) => ({ status: 1, message }));
    return {
      master,
      agents,
      ended: Promise.race([masterEnd, ...agents.map(({ ended }) => ended)]),
      dispose: async () => {
        await Promise.all(agents.map((agent) => agent.endTasks()));
        await stack.dispose();
      },
    };
  } catch (error) {
    await stack.dispose();
    throw error;
  }
}

function named(logger: Logger, name: string): Logger {
  const log = (level: keyof Logger) => (message: string, fields?: object) =>
    logger[level](message, { process: name, ...fields });
  return { debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") };
}
export { toError } from "./agent-process.js";
