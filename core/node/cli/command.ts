import type { Command } from "commander";

/** What a command may use of the process it runs in; a test gives its own. */
export interface CliContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Writes to standard output: what was asked for, and nothing else. */
  readonly out: (text: string | Uint8Array) => void;
  /** Writes to standard error. */
  readonly err: (text: string) => void;
}

/**
 * What a file under `commands/` exports: adds its command to the program. The action does the work and throws where it
 * fails; it imports what only it needs when it runs, so that `dasmos --help` stays quick.
 */
export type RegisterCommand = (program: Command, context: CliContext) => void;

/** The command line does not say what it should: exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The command has said what there is to say; only its exit code is left. */
export class CommandFailed extends Error {
  override readonly name = "CommandFailed";
  constructor(readonly exitCode: number) {
    super(`exit code ${exitCode}`);
  }
}
