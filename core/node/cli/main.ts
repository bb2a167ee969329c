import { Command, CommanderError } from "commander";
import { KernelError } from "../../base/kernel-error.js";
import { translateMesosFlags } from "../../kernel/configuration/mesos-flags.js";
import { type ProcessName, processNames } from "../../kernel/configuration/settings.js";
import { VERSION } from "../version.js";
import { type CliContext, CommandFailed, type RegisterCommand, UsageError } from "./command.js";
import { registerAgent } from "./commands/agent.js";
import { registerConfig } from "./commands/config.js";
import { registerExplain } from "./commands/explain.js";
import { registerLists } from "./commands/lists.js";
import { registerLocal } from "./commands/local.js";
import { registerLogs } from "./commands/logs.js";
import { registerMaster } from "./commands/master.js";
import { registerModules } from "./commands/modules.js";
import { registerRun } from "./commands/run.js";
import { registerTeardown } from "./commands/teardown.js";
import { exitCodes } from "./exit-codes.js";
import { stopWhenOutputFails } from "./signals.js";

/** One line for each file under `commands/`, in the order of the help. */
const commands: readonly RegisterCommand[] = [
  registerLocal,
  registerMaster,
  registerAgent,
  registerRun,
  registerLists,
  registerTeardown,
  registerExplain,
  registerLogs,
  registerConfig,
  registerModules,
];

const processContext: CliContext = {
  environment: process.env,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
};

/** Runs one command line, and resolves to its exit code once the command has ended. */
export async function main(
  args: readonly string[],
  context: CliContext = processContext,
): Promise<number> {
  if (context !== processContext) return runCommand(args, context);
  const endOf = stopWhenOutputFails();
  return endOf(await runCommand(args, context));
}

async function runCommand(args: readonly string[], context: CliContext): Promise<number> {
  try {
    await createProgram(context).parseAsync(readMesosFlags(args), { from: "user" });
    return exitCodes.ok;
  } catch (error) {
    return reportFailure(error, context);
  }
}

function createProgram(context: CliContext): Command {
  const program = new Command("dasmos")
    .description(
      "A datacenter kernel: one master offers the resources of many agents to frameworks.",
    )
    .version(VERSION)
    .showHelpAfterError("(run with --help for what there is)")
    .configureOutput({ writeOut: context.out, writeErr: context.err })
    .exitOverride();
  for (const register of commands) register(program, context);
  for (const command of everyCommand(program))
    command.copyInheritedSettings(program).exitOverride();
  return program;
}

function everyCommand(command: Command): readonly Command[] {
  return command.commands.flatMap((one) => [one, ...everyCommand(one)]);
}

/** The flags of Mesos are read as ours where a process is started. */
function readMesosFlags(args: readonly string[]): string[] {
  const [name, ...flags] = args;
  if (!isProcessName(name)) return [...args];
  const translated = translateMesosFlags(name, flags);
  const lines = translated.problems.map(({ path, message }) => `${path}: ${message}`);
  if (lines.length > 0) throw new UsageError(lines.join("\n"));
  return [name, ...translated.flags];
}

function isProcessName(name: string | undefined): name is ProcessName {
  return processNames.some((process) => process === name);
}

function reportFailure(error: unknown, { err }: CliContext): number {
  // Commander has said already what was wrong, and shows its help by throwing.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (error instanceof CommandFailed) return error.exitCode;
  if (error instanceof UsageError) {
    err(`error: ${error.message}\n`);
    return exitCodes.usage;
  }
  if (error instanceof KernelError && error.code === "STOPPED") return exitCodes.ok;
  if (error instanceof KernelError) err(`error: ${error.message} (${error.code})\n`);
  else err(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return exitCodes.failure;
}
