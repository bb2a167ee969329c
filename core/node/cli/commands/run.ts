import { InvalidArgumentError } from "commander";
import type { v1 } from "../../../protocol/v1.js";
import type { CliContext, RegisterCommand } from "../command.js";
import { CommandFailed } from "../command.js";
import { addMasterOptions, type MasterOptions } from "../master-options.js";

interface RunOptions extends MasterOptions {
  readonly cpus: number;
  readonly mem: number;
  readonly name?: string;
  readonly env: Readonly<Record<string, string>>;
}

/** `dasmos run`: one command on the cluster, with its output and exit code here. */
export const registerRun: RegisterCommand = (program, context) => {
  const command = program
    .command("run")
    .description("run a command on the cluster, stream its output, exit with its exit code")
    .argument("<command...>", "one word: a shell command; several: a program and its arguments")
    .option("--cpus <number>", "cpus of the task", positive, 0.1)
    .option("--mem <MiB>", "memory of the task", positive, 32)
    .option("--name <name>", "the task's name; absent: the command's first word")
    .option("--env <KEY=VALUE>", "a variable of its environment; may be repeated", variable, {});
  addMasterOptions(command, context).action((words: readonly string[], options: RunOptions) =>
    run(words, options, context),
  );
};

async function run(
  words: readonly string[],
  options: RunOptions,
  context: CliContext,
): Promise<void> {
  const [{ TaskRun }, { exitCodeOf }] = await Promise.all([
    import("../../client/task-run.js"),
    import("../../client/exit-code.js"),
  ]);
  const say = (message: string) => (options.json ? undefined : context.err(`dasmos: ${message}\n`));
  const task = new TaskRun({
    master: options.master,
    command: words,
    name: options.name ?? words[0] ?? "",
    cpus: options.cpus,
    memory: options.mem,
    environment: options.env,
    stdout: (bytes) => void process.stdout.write(bytes),
    stderr: (bytes) => void process.stderr.write(bytes),
    onWaiting: say,
  });
  const onSignal = () => void task.kill().catch(() => {});
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  try {
    const { status, frameworkId } = await task.run();
    report(status, frameworkId, options, context);
    const exitCode = exitCodeOf(status);
    if (exitCode !== 0) throw new CommandFailed(exitCode);
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
}

/** The end is told on stderr: stdout is the task's. */
function report(
  status: v1.TaskStatus,
  frameworkId: string,
  { json }: RunOptions,
  { err }: CliContext,
): void {
  const { state, message, reason } = status;
  const taskId = status.task_id.value;
  if (json) err(`${JSON.stringify({ frameworkId, taskId, state, message, reason })}\n`);
  else if (state !== "TASK_FINISHED") err(`dasmos: ${state}: ${message ?? ""}\n`);
}

function positive(text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new InvalidArgumentError(`expected a number above 0, got "${text}"`);
  return number;
}

function variable(
  text: string,
  before: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const equals = text.indexOf("=");
  if (equals < 1) throw new InvalidArgumentError(`expected KEY=VALUE, got "${text}"`);
  return { ...before, [text.slice(0, equals)]: text.slice(equals + 1) };
}
