import { basename } from "node:path";
import { Argument, Option } from "commander";
import { readFields } from "../../../kernel/configuration/read-fields.js";
import {
  fieldsOf,
  jsonSchemaOf,
  type ProcessName,
  processNames,
} from "../../../kernel/configuration/settings.js";
import type { RegisterCommand } from "../command.js";

/** Whose configuration it is, in words. */
const owners: Readonly<Record<ProcessName, string>> = {
  local: "a local cluster",
  master: "a master",
  agent: "an agent",
};

/** `dasmos config check` and `dasmos config schema`. */
export const registerConfig: RegisterCommand = (program, { out }) => {
  const config = program.command("config").description("check and describe configuration files");
  config
    .command("check")
    .description("tell everything that is wrong with a configuration file, its modules included")
    .argument("<file>", "the file, YAML or JSON")
    .addOption(
      new Option(
        "--process <name>",
        "whose configuration it is; absent: what fits it best",
      ).choices(processNames),
    )
    .action(async (file: string, options: { readonly process?: ProcessName }) => {
      const process = await checkFile(file, options.process);
      out(`${file}: a valid configuration of ${owners[process]}\n`);
    });
  config
    .command("schema")
    .description("print the JSON Schema of a configuration file, for editors")
    .addArgument(new Argument("<process>", "whose configuration").choices(processNames))
    .action((process: ProcessName) =>
      out(`${JSON.stringify(jsonSchemaOf(process), undefined, 2)}\n`),
    );
};

async function checkFile(file: string, process: ProcessName | undefined): Promise<ProcessName> {
  const load = await import("../../load-configuration.js");
  const { readConfigurationFile } = await import("../../read-configuration-file.js");
  const chosen = process ?? bestFit(file, readConfigurationFile(file));
  const title = `${file}, as ${owners[chosen]}'s configuration`;
  const source = { file, title, environment: {}, flags: [] };
  if (chosen === "master") await load.loadMasterConfiguration(source);
  else if (chosen === "agent") await load.loadAgentConfiguration(source);
  else await load.loadLocalConfiguration(source);
  return chosen;
}

/**
 * The process that knows most of the file's keys, for a wrong value says nothing of whose it is; of several, the one with the
 * fewest problems, then the one that the file is named after, then the first.
 */
function bestFit(file: string, raw: unknown): ProcessName {
  const scored = processNames.map((process) => {
    const { problems } = readFields(fieldsOf[process], raw ?? {});
    const unknown = Object.keys(raw ?? {}).filter((key) => !Object.hasOwn(fieldsOf[process], key));
    const isNamed = basename(file).includes(process);
    return { process, score: [unknown.length, problems.length, isNamed ? 0 : 1] };
  });
  return scored.reduce((best, one) => (isLess(one.score, best.score) ? one : best)).process;
}

/** Whether the first number that differs is the lower one. */
function isLess(score: readonly number[], than: readonly number[]): boolean {
  const differences = score.map((number, i) => number - (than[i] ?? 0));
  return (differences.find((difference) => difference !== 0) ?? 0) < 0;
}
