import { printField } from "../kernel/configuration/fields.js";
import { toMesosFlags } from "../kernel/configuration/mesos-flags.js";
import type { ModulesConfiguration } from "../kernel/configuration/modules-fields.js";
import { outputKey } from "../kernel/configuration/read-fields.js";
import { fieldsOf, settingName } from "../kernel/configuration/settings.js";
import { configurationKey } from "../kernel/module-kinds.js";

/** Mesos' `modules_dir` means something else. */
const HIDDEN: ReadonlySet<string> = new Set(["modules", "modulesDir"]);

/** A process' configuration as `/flags` shows it: under Mesos' names, each value as its flag takes it. */
export function toFlags(
  process: "master" | "agent",
  configuration: { readonly modules: ModulesConfiguration },
): Readonly<Record<string, string>> {
  const texts = { ...ownTexts(process, configuration), ...moduleTexts(configuration.modules) };
  const flags = Object.entries(texts).map(([key, text]) => toMesosFlags(settingName(key), text));
  return Object.assign({}, ...flags) as Readonly<Record<string, string>>;
}

function ownTexts(process: "master" | "agent", configuration: object) {
  const values: Readonly<Record<string, unknown>> = { ...configuration };
  const texts: Record<string, string> = {};
  for (const [key, field] of Object.entries(fieldsOf[process])) {
    const value = values[outputKey(key, field)];
    if (value !== undefined && !HIDDEN.has(key)) texts[key] = printField(field, value);
  }
  return texts;
}

/** The modules by their names alone: their parameters may hold secrets. */
function moduleTexts({ selected, plugins }: ModulesConfiguration) {
  const references: Record<string, string[]> = plugins.length > 0 ? { plugins: [...plugins] } : {};
  for (const { kind, reference } of selected)
    (references[configurationKey(kind)] ??= []).push(reference);
  return Object.fromEntries(
    Object.entries(references).map(([key, names]) => [key, names.join(",")]),
  );
}
