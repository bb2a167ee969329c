import { type AgentConfiguration, agentFields } from "./agent-configuration.js";
import { MAX_PORT } from "./fields.js";
import { type LocalConfiguration, localFields } from "./local-configuration.js";
import { type MasterConfiguration, masterFields } from "./master-configuration.js";
import type { ModulesConfiguration } from "./modules-fields.js";
import { type Problem, pathOf } from "./problems.js";
import { readFields } from "./read-fields.js";

/** A configuration as far as it could be read, and everything that is wrong with it. */
export interface ReadConfiguration<C> {
  /** Complete where there are no problems. */
  readonly configuration: Partial<C>;
  readonly problems: readonly Problem[];
}

export function readMasterConfiguration(
  raw: unknown,
  at = "",
): ReadConfiguration<MasterConfiguration> {
  const { values, problems } = readFields(masterFields, raw, at);
  return { configuration: values, problems: [...problems, ...exposure(values, at)] };
}

export function readAgentConfiguration(
  raw: unknown,
  at = "",
): ReadConfiguration<AgentConfiguration> {
  const { values, problems } = readFields(agentFields, raw, at);
  const masterIsBad = problems.some(({ path }) => path === pathOf(at, "master"));
  const missing = masterIsBad ? [] : masterNeeded(values, at);
  return { configuration: values, problems: [...problems, ...exposure(values, at), ...missing] };
}

/** The configurations of a local cluster's processes. */
export interface LocalCluster {
  readonly local: LocalConfiguration;
  readonly master: MasterConfiguration;
  readonly agents: readonly AgentConfiguration[];
}

/**
 * The master's and the agents' configurations follow from the local one; its `master` and `agent` sections say more.
 * With port 0 the agents are told 127.0.0.1:5050: whoever starts them knows the port that was bound.
 */
export function readLocalConfiguration(raw: unknown): ReadConfiguration<LocalCluster> {
  const { values, problems } = readFields(localFields, raw);
  const { agents: count, workDir, resources, attributes, master, agent, ...rest } = values;
  const { port: masterPort = 0, agentPort = 0, demo: _demo, ...shared } = rest;
  const own = readMasterConfiguration(
    { ...shared, port: masterPort, workDir: `${workDir}/master`, ...master },
    "master",
  );
  const agents = Array.from({ length: Math.max(count ?? 1, 1) }, (_, i) =>
    readAgentConfiguration(
      {
        ...shared,
        ...(resources !== undefined && { resources }),
        ...(attributes !== undefined && { attributes }),
        port: agentPort === 0 ? 0 : agentPort + i,
        master: `127.0.0.1:${masterPort === 0 ? 5050 : masterPort}`,
        workDir: `${workDir}/agent-${i + 1}`,
        runtimeDir: `${workDir}/agent-${i + 1}/run`,
        // Nothing of it outlives the cluster, so it may be another one the next time.
        reconfigurationPolicy: "replace",
        ...agent,
      },
      "agent",
    ),
  );
  const derived = [
    ...portForEach(agents.length, agentPort),
    ...own.problems,
    ...(agents[0]?.problems ?? []),
  ];
  return {
    configuration: {
      local: values as LocalConfiguration,
      master: own.configuration as MasterConfiguration,
      agents: agents
        .slice(0, count)
        .map(({ configuration }) => configuration as AgentConfiguration),
    },
    problems: problems.length > 0 ? problems : derived,
  };
}

/** The agents count upwards from a port that is given. */
function portForEach(agents: number, agentPort: number): readonly Problem[] {
  const highest = MAX_PORT - agents + 1;
  if (agentPort <= highest || agentPort === 0) return [];
  const message = `expected a port of at most ${highest}, because ${agents} agents count upwards from it, got ${agentPort}`;
  return [{ path: "agentPort", message }];
}

interface Exposed {
  readonly ip?: string;
  readonly insecure?: boolean;
  readonly modules?: ModulesConfiguration;
}

/** Whoever reaches the port may run anything as anybody, so nobody but this machine may without being asked for it. */
function exposure({ ip, insecure, modules }: Exposed, at: string): readonly Problem[] {
  if (ip === undefined || /^127\.|^::1$/.test(ip) || insecure !== false) return [];
  if (modules?.selected.some(({ kind }) => kind === "http-authenticator")) return [];
  const message = `expected a loopback address, because no authenticator is configured and whoever reaches the port may run anything (insecure: true or --insecure listens all the same), got ${JSON.stringify(ip)}`;
  return [{ path: pathOf(at, "ip"), message }];
}

/** The standalone detector is told the master; others find it. */
function masterNeeded(values: Partial<AgentConfiguration>, at: string): readonly Problem[] {
  const standalone = values.modules?.selected.some(
    ({ kind, reference }) => kind === "detector" && reference === "standalone",
  );
  if (values.master !== undefined || !standalone) return [];
  return [
    {
      path: pathOf(at, "master"),
      message: "expected the master's host:port for the standalone detector, got nothing",
    },
  ];
}
