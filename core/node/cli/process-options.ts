import { type Command, Option } from "commander";
import type { Override } from "../../kernel/configuration/overrides.js";
import {
  type ProcessName,
  type Setting,
  overridableSettingsOf,
  variableOf,
} from "../../kernel/configuration/settings.js";
import type { ConfigurationSource } from "../load-configuration.js";
import type { CliContext } from "./command.js";

/** Adds `--config FILE` and a flag for every setting of a process to its command. */
export function addProcessOptions(command: Command, process: ProcessName): Command {
  command.option(
    "-c, --config <file>",
    "the configuration file, YAML or JSON (env: DASMOS_CONFIG)",
  );
  for (const setting of overridableSettingsOf(process))
    for (const option of toOptions(setting)) command.addOption(option);
  return command;
}

/** Where the configuration of a process comes from, as its command line and the environment say. */
export function configurationSource(
  command: Command,
  process: ProcessName,
  { environment }: CliContext,
): ConfigurationSource {
  const values: Readonly<Record<string, unknown>> = command.opts();
  const file = values["config"] ?? environment["DASMOS_CONFIG"];
  const flags = overridableSettingsOf(process).flatMap((setting): Override[] => {
    const value = values[toOptions(setting)[0]?.attributeName() ?? ""];
    if (typeof value !== "string" && typeof value !== "boolean") return [];
    return [{ setting, text: `${value}`, source: `--${setting.name}` }];
  });
  return { environment, flags, ...(typeof file === "string" && { file }) };
}

function toOptions(setting: Setting): readonly Option[] {
  const { name, type, description, byDefault } = setting;
  const shown = defaultText(byDefault);
  const notes = [...(shown === "" ? [] : [`default: ${shown}`]), `env: ${variableOf(setting)}`];
  const words = `${description} (${notes.join(", ")})`;
  if (type !== "boolean") return [new Option(`--${name} <${type}>`, words)];
  return [new Option(`--${name} [boolean]`, words), new Option(`--no-${name}`).hideHelp()];
}

function defaultText(byDefault: unknown): string {
  if (Array.isArray(byDefault)) return byDefault.join(",");
  if (typeof byDefault === "object" || byDefault === undefined) return "";
  return JSON.stringify(byDefault).replace(/^"|"$/g, "");
}
