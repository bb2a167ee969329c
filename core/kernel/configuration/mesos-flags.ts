import type { Problem } from "./problems.js";
import { type ProcessName, settingsOf } from "./settings.js";
import { unsupportedMesosFlags } from "./unsupported-mesos-flags.js";

/** A Mesos flag that means a setting of another name, or whose value is written differently. */
interface Translation {
  readonly to: string;
  /** Undefined: a value of Mesos that this kernel has nothing for. */
  readonly value?: (text: string) => string | undefined;
  /** The other way. */
  readonly print?: (text: string) => string;
}

const isolators: Readonly<Record<string, string>> = {
  process: "posix/cpu,posix/mem",
  cgroups: "cgroups/cpu,cgroups/mem",
  "posix/disk": "disk/du",
};
const levels: Readonly<Record<string, string>> = { INFO: "info", WARNING: "warn", ERROR: "error" };
const mesosLevels = Object.fromEntries(Object.entries(levels).map(([level, own]) => [own, level]));

/** The flags of Mesos whose name or value differs; every other is ours with dashes for underscores. */
export const translations: Readonly<Record<string, Translation>> = {
  allocator: {
    to: "allocator",
    value: (text) => text.replace(/^HierarchicalDRF$/, "hierarchical"),
  },
  authenticatee: { to: "agent-authenticatee" },
  authorizers: { to: "authorizer" },
  containerizers: { to: "containerizers" },
  domain: { to: "domain", value: readDomain, print: printDomain },
  executor_environment_variables: { to: "executor-environment-variables" },
  fair_sharing_excluded_resource_names: { to: "fair-sharing-excluded-resources" },
  framework_sorter: { to: "sorter" },
  hooks: { to: "plugins" },
  isolation: {
    to: "isolators",
    value: (text) => text.replace(/[^,]+/g, (name) => isolators[name] ?? name),
  },
  logging_level: {
    to: "log-level",
    value: (text) => levels[text],
    print: (text) => mesosLevels[text] ?? text,
  },
  master_contender: { to: "contender" },
  master_detector: { to: "detector" },
  max_slave_ping_timeouts: { to: "max-agent-ping-timeouts" },
  min_allocatable_resources: {
    to: "min-allocatable-resources",
    value: (text) => text.replaceAll("|", ","),
    print: (text) => text.replaceAll(",", "|"),
  },
  recovery_slave_removal_limit: { to: "recovery-agent-removal-limit" },
  registry: {
    to: "registry",
    value: (text) =>
      text === "in_memory" ? "memory" : text === "replicated_log" ? undefined : text,
    print: (text) => (text === "memory" ? "in_memory" : text),
  },
  role_sorter: { to: "sorter" },
  slave_ping_timeout: { to: "agent-ping-timeout" },
  slave_reregister_timeout: { to: "agent-reregister-timeout" },
  whitelist: { to: "whitelist", value: (text) => text.replace(/^file:\/\//, "") },
};

/** A setting as Mesos shows it: each of its flags that says the same, but not by the names it no longer uses. */
export function toMesosFlags(setting: string, text: string): Readonly<Record<string, string>> {
  const flags = Object.entries(translations).filter(
    ([flag, { to }]) => to === setting && !flag.includes("slave"),
  );
  if (flags.length === 0) return { [setting.replaceAll("-", "_")]: text };
  return Object.fromEntries(flags.map(([flag, { print }]) => [flag, print?.(text) ?? text]));
}

/** Arguments with the flags of Mesos replaced by ours, and those of them that mean nothing here. */
export interface TranslatedFlags {
  readonly flags: readonly string[];
  readonly problems: readonly Problem[];
}

/** Replaces Mesos' flags (`--agent_ping_timeout=5secs`, `--no-switch_user`) by ours. Others are left as they are. */
export function translateMesosFlags(
  process: ProcessName,
  flags: readonly string[],
): TranslatedFlags {
  const own = new Set(settingsOf(process).map(({ name }) => name));
  const problems: Problem[] = [];
  const translated = flags.map((flag) => {
    const match = /^--(no-)?([a-z][\w]*)(?:=(.*))?$/s.exec(flag);
    if (match === null) return flag;
    const [, no = "", name = "", text] = match;
    const result = translate(name, text, own);
    if (result === undefined) return flag;
    if (typeof result !== "string") {
      problems.push({ path: `--${name}`, ...result });
      return flag;
    }
    return `--${no}${result}`;
  });
  return { flags: translated, problems };
}

/** The flag without its dashes; a message where Mesos has the flag or the value and we do not; undefined: not Mesos'. */
function translate(
  name: string,
  text: string | undefined,
  own: ReadonlySet<string>,
): string | { readonly message: string } | undefined {
  const translation = translations[name];
  const to = translation?.to ?? name.replaceAll("_", "-");
  if (own.has(to)) {
    if (text === undefined || translation?.value === undefined) return withValue(to, text);
    const value = translation.value(text);
    if (value !== undefined) return withValue(to, value);
    return { message: `Mesos' value "${text}" has no counterpart here` };
  }
  const reason = unsupportedMesosFlags.get(name);
  if (reason !== undefined) return { message: `a flag of Mesos that is not supported: ${reason}` };
  return translation === undefined
    ? undefined
    : { message: "a flag of Mesos that this process does not have" };
}

function withValue(name: string, text: string | undefined): string {
  return text === undefined ? name : `${name}=${text}`;
}

/** Mesos' `{"fault_domain":{"region":{"name":…},"zone":{"name":…}}}` as ours. */
function readDomain(text: string): string {
  const region = /"region"\s*:\s*\{\s*"name"\s*:\s*("[^"]*")/.exec(text)?.[1];
  const zone = /"zone"\s*:\s*\{\s*"name"\s*:\s*("[^"]*")/.exec(text)?.[1];
  return region === undefined || zone === undefined ? text : `{"region":${region},"zone":${zone}}`;
}

function printDomain(text: string): string {
  const { region, zone } = JSON.parse(text) as { readonly region: string; readonly zone: string };
  return JSON.stringify({ fault_domain: { region: { name: region }, zone: { name: zone } } });
}
