import { configurationKey } from "../module-kinds.js";
import { type AgentConfiguration, agentFields } from "./agent-configuration.js";
import { MAX_PORT } from "./fields.js";
import { type LocalConfiguration, localFields } from "./local-configuration.js";
import { type MasterConfiguration, masterFields } from "./master-configuration.js";
import type { ModulesConfiguration } from "./modules-fields.js";
import { type Problem, pathOf, quoted } from "./problems.js";
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
  const sectionOf = (i: number) => ({
    port: agentPort === 0 ? 0 : agentPort + i,
    workDir: `${workDir}/agent-${i + 1}`,
    runtimeDir: `${workDir}/agent-${i + 1}/run`,
    ...agent,
  });
  const first = readAgentConfiguration(
    {
      ...shared,
      ...(resources !== undefined && { resources }),
      ...(attributes !== undefined && { attributes }),
      master: `127.0.0.1:${masterPort === 0 ? 5050 : masterPort}`,
      // Nothing of it outlives the cluster, so it may be another one the next time.
      reconfigurationPolicy: "replace",
      ...sectionOf(0),
    },
    "agent",
  );
  const agents = Array.from({ length: count ?? 1 }, (_, i) => {
    const { port, workDir, runtimeDir } = sectionOf(i);
    return { ...first.configuration, port, workDir, runtimeDir } as AgentConfiguration;
  });
  const isBad = (at: string) => first.problems.some(({ path }) => path === at);
  const derived = [
    ...(agent?.["port"] === undefined ? portForEach(agents.length, agentPort) : []),
    ...own.problems,
    ...first.problems,
    ...sharedByAgents(agents).filter(({ path }) => !isBad(path)),
  ];
  return {
    configuration: {
      local: values as LocalConfiguration,
      master: own.configuration as MasterConfiguration,
      agents,
    },
    problems: problems.length > 0 ? problems : derived,
  };
}

/** The agents count upwards from a port that is given. */
function portForEach(agents: number, agentPort: number): readonly Problem[] {
  const highest = MAX_PORT - agents + 1;
  if (agentPort <= highest || agentPort === 0) return [];
  const expected =
    highest > 0
      ? `a port of at most ${highest}, because ${agents} agents count upwards from it`
      : `0, because ${agents} agents are more than there are ports`;
  return [{ path: "agentPort", message: `expected ${expected}, got ${agentPort}` }];
}

/** What the agents' section says holds for every agent, also where two cannot have the same. */
function sharedByAgents(agents: readonly Partial<AgentConfiguration>[]): readonly Problem[] {
  return (["port", "workDir", "runtimeDir"] as const).flatMap((key) => {
    const used = agents.map((agent) => agent[key]).filter((value) => (value ?? 0) !== 0);
    const isOwn = new Set(used).size === used.length;
    if (isOwn) return [];
    const expected = key === "port" ? "0 or nothing" : "nothing";
    const message = `expected ${expected}, because each of ${agents.length} agents needs one of its own, got ${quoted(used[0])}`;
    return [{ path: pathOf("agent", key), message }];
  });
}

const AUTHENTICATORS = configurationKey("http-authenticator");

interface Exposed {
  readonly ip?: string;
  readonly insecure?: boolean;
  readonly modules?: ModulesConfiguration;
}

/** Whoever reaches the port may run anything as anybody, so nobody but this machine may without being asked for it. */
function exposure({ ip, insecure, modules }: Exposed, at: string): readonly Problem[] {
  if (ip === undefined || /^127\.|^::1$/.test(ip) || insecure !== false) return [];
  // Whether there is an authenticator is not known of a section that could not be read.
  if (modules === undefined || modules.unread?.includes(AUTHENTICATORS)) return [];
  if (modules.selected.some(({ kind }) => kind === "http-authenticator")) return [];
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
