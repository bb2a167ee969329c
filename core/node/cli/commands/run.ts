import { once } from "node:events";
import { InvalidArgumentError } from "commander";
import type { v1 } from "../../../protocol/v1.js";
import type { CliContext, RegisterCommand } from "../command.js";
import { CommandFailed } from "../command.js";
import { addMasterOptions, type MasterOptions } from "../master-options.js";
import { onStopRequest } from "../signals.js";

interface RunOptions extends MasterOptions {
  readonly cpus: number;
  readonly mem: number;
  readonly name?: string;
  readonly env?: Readonly<Record<string, string>>;
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
    .option("--env <KEY=VALUE>", "a variable of its environment; may be repeated", variable);
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
    name: options.name ?? nameOf(words),
    cpus: options.cpus,
    memory: options.mem,
    environment: options.env ?? {},
    stdout: (bytes) => write(process.stdout, bytes),
    stderr: (bytes) => write(process.stderr, bytes),
    onNotice: say,
  });
  let askedBy: NodeJS.Signals | undefined;
  const stopping = onStopRequest((signal) => {
    askedBy = signal;
    say("killing the task; a second Ctrl-C does not wait for its end");
    task.kill();
  });
  try {
    const { status, frameworkId } = await task.run();
    const exitCode = exitCodeOf(status, askedBy);
    report(status, { frameworkId, exitCode }, options, context);
    if (exitCode !== 0) throw new CommandFailed(exitCode);
  } finally {
    await stopping.dispose();
  }
}

/** A shell command is one word to us. */
function nameOf([first = ""]: readonly string[]): string {
  return first.trim().split(/\s/, 1)[0] ?? "";
}

/** Resolves once the stream takes more. */
async function write(stream: NodeJS.WriteStream, bytes: Uint8Array): Promise<void> {
  if (!stream.write(bytes)) await once(stream, "drain");
}

/** The end is told on stderr: stdout is the task's. */
function report(
  status: v1.TaskStatus,
  more: { readonly frameworkId: string; readonly exitCode: number },
  { json }: RunOptions,
  { err }: CliContext,
): void {
  const { state, message, reason } = status;
  const taskId = status.task_id.value;
  if (json) err(`${JSON.stringify({ ...more, taskId, state, message, reason })}\n`);
  else if (state !== "TASK_FINISHED") err(`dasmos: ${state}: ${message ?? ""}\n`);
}

function positive(text: string): number {
  const number = Number(text);
  if (!(number > 0 && Number.isFinite(number)))
    throw new InvalidArgumentError(`expected a number above 0, got "${text}"`);
  return number;
}

function variable(
  text: string,
  before: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> {
  const equals = text.indexOf("=");
  if (equals < 1) throw new InvalidArgumentError(`expected KEY=VALUE, got "${text}"`);
  return { ...before, [text.slice(0, equals)]: text.slice(equals + 1) };
}
