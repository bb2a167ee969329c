import { type Problem, pathOf, unknownKey } from "./problems.js";
import {
  type ProcessName,
  processNames,
  readSetting,
  type Setting,
  overridableSettingsOf,
  variableOf,
} from "./settings.js";

/** One value that a flag or a variable sets over the file. */
export interface Override {
  readonly setting: Setting;
  readonly text: string;
  /** The flag or the variable, as it is told of in a problem. */
  readonly source: string;
}

/** What is not a setting but has a variable: the configuration file. */
const otherVariables = ["DASMOS_CONFIG"];

/** The `DASMOS_…` variables of an environment. One of another process is left alone, one of none is a problem. */
export function readEnvironment(
  process: ProcessName,
  environment: Readonly<Record<string, string | undefined>>,
): { readonly overrides: readonly Override[]; readonly problems: readonly Problem[] } {
  const own = new Map(
    overridableSettingsOf(process).map((setting) => [variableOf(setting), setting]),
  );
  const all = [...processNames.flatMap(overridableSettingsOf).map(variableOf), ...otherVariables];
  const overrides: Override[] = [];
  const problems: Problem[] = [];
  for (const [source, text] of Object.entries(environment)) {
    if (!source.startsWith("DASMOS_") || text === undefined) continue;
    const setting = own.get(source);
    if (setting !== undefined) overrides.push({ setting, text, source });
    else if (!all.includes(source)) problems.push(unknownKey(source, source, all));
  }
  return { overrides, problems };
}

/** The configuration with the overrides put over it; a later one wins. */
export function applyOverrides(raw: unknown, overrides: readonly Override[]): unknown {
  return overrides.reduce(
    (value, { setting, text }) => setAt(value, setting.path, readSetting(setting, text)),
    raw,
  );
}

function setAt(value: unknown, path: readonly string[], to: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return to;
  if (value !== undefined && (typeof value !== "object" || value === null)) return value;
  const fields = value as Readonly<Record<string, unknown>> | undefined;
  return { ...fields, [key]: setAt(fields?.[key], rest, to) };
}

/** Names the flag or the variable that a value came from, rather than the key that it set. */
export function nameSources(
  problems: readonly Problem[],
  overrides: readonly Override[],
): readonly Problem[] {
  return problems.map((problem) => {
    const override = overrides.findLast(({ setting }) => {
      const path = setting.path.reduce(pathOf, "");
      return problem.path === path || /^[.[]/.test(afterPrefix(problem.path, path));
    });
    if (override === undefined) return problem;
    const path = override.setting.path.reduce(pathOf, "");
    return { ...problem, path: `${override.source}${afterPrefix(problem.path, path)}` };
  });
}

function afterPrefix(text: string, prefix: string): string {
  return text.startsWith(prefix) ? text.slice(prefix.length) : "";
}
