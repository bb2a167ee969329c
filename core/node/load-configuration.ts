import { dirname, resolve } from "node:path";
import { KernelError, messageOf } from "../base/kernel-error.js";
import type { AgentConfiguration } from "../kernel/configuration/agent-configuration.js";
import type { MasterConfiguration } from "../kernel/configuration/master-configuration.js";
import {
  applyOverrides,
  nameSources,
  type Override,
  readEnvironment,
} from "../kernel/configuration/overrides.js";
import { configurationError, type Problem } from "../kernel/configuration/problems.js";
import {
  type LocalCluster,
  type ReadConfiguration,
  readAgentConfiguration,
  readLocalConfiguration,
  readMasterConfiguration,
} from "../kernel/configuration/read-configuration.js";
import type { ProcessName } from "../kernel/configuration/settings.js";
import { type LoadedModules, loadConfigured } from "./load-configured.js";
import { readConfigurationFile } from "./read-configuration-file.js";

/** Where a configuration comes from: a file, and what the environment and the command line put over it. */
export interface ConfigurationSource {
  /** YAML or JSON; absent: flags and variables alone. */
  readonly file?: string;
  /** What an error calls the whole; absent: the file. */
  readonly title?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly flags: readonly Override[];
}

/** A process' configuration and the modules it names, all of it checked. */
export interface Loaded<C> extends LoadedModules {
  readonly configuration: C;
}
export interface LoadedLocal {
  readonly cluster: LocalCluster;
  readonly master: LoadedModules;
  /** Each agent has modules of its own parameters, but of one configuration. */
  readonly agent: LoadedModules;
}

/** @throws KernelError that names every problem of the file, the variables, the flags and the modules' parameters. */
export async function loadMasterConfiguration(
  source: ConfigurationSource,
): Promise<Loaded<MasterConfiguration>> {
  return loadProcess("master", source, readMasterConfiguration);
}
export async function loadAgentConfiguration(
  source: ConfigurationSource,
): Promise<Loaded<AgentConfiguration>> {
  return loadProcess("agent", source, readAgentConfiguration);
}

export async function loadLocalConfiguration(source: ConfigurationSource): Promise<LoadedLocal> {
  const input = gather("local", source);
  const { configuration, problems } = readLocalConfiguration(input.raw);
  const master = await loadConfigured(
    configuration.master?.modules,
    directoryOf(source, configuration.master),
  );
  const agent = await loadConfigured(
    configuration.agents?.[0]?.modules,
    directoryOf(source, configuration.agents?.[0]),
  );
  const inside = [
    ...master.problems.map((problem) => below("master", problem)),
    ...agent.problems.map((problem) => below("agent", problem)),
  ];
  report(source, input, [...problems, ...inside]);
  return { cluster: configuration as LocalCluster, master, agent };
}

async function loadProcess<C extends MasterConfiguration | AgentConfiguration>(
  process: ProcessName,
  source: ConfigurationSource,
  read: (raw: unknown) => ReadConfiguration<C>,
): Promise<Loaded<C>> {
  const input = gather(process, source);
  const { configuration, problems } = read(input.raw);
  const loaded = await loadConfigured(configuration.modules, directoryOf(source, configuration));
  report(source, input, [...problems, ...loaded.problems]);
  return { configuration: configuration as C, ...loaded };
}

interface Input {
  readonly raw: unknown;
  readonly overrides: readonly Override[];
  readonly problems: readonly Problem[];
}

function gather(process: ProcessName, { file, environment, flags }: ConfigurationSource): Input {
  const fromEnvironment = readEnvironment(process, environment);
  const overrides = [...fromEnvironment.overrides, ...flags];
  const raw = file === undefined ? {} : (readConfigurationFile(file) ?? {});
  return { raw: applyOverrides(raw, overrides), overrides, problems: fromEnvironment.problems };
}

/** Throws what was found to be wrong, if anything was. */
function report(
  { file = "configuration", title = file }: ConfigurationSource,
  input: Input,
  problems: readonly Problem[],
): void {
  const all = [...input.problems, ...nameSources(problems, input.overrides)];
  if (all.length > 0) throw configurationError(title, all);
}

/** Where packages and paths of modules are looked up. */
function directoryOf(
  { file }: ConfigurationSource,
  configuration: { readonly modulesDir?: string | undefined } | undefined,
): string {
  const directory = configuration?.modulesDir ?? (file === undefined ? "." : dirname(file));
  try {
    return resolve(directory);
  } catch (cause) {
    const message = `"${directory}" cannot be found from the current directory: ${messageOf(cause)}`;
    throw new KernelError("CONFIGURATION_INVALID", message, { cause });
  }
}

function below(section: string, problem: Problem): Problem {
  return { ...problem, path: `${section}.${problem.path}` };
}
