import type { ContainerTermination } from "../contracts/container.js";

const SIGNAL_NAMES: readonly string[] = [
  "",
  "SIGHUP",
  "SIGINT",
  "SIGQUIT",
  "SIGILL",
  "SIGTRAP",
  "SIGABRT",
  "SIGBUS",
  "SIGFPE",
  "SIGKILL",
  "SIGUSR1",
  "SIGSEGV",
  "SIGUSR2",
  "SIGPIPE",
  "SIGALRM",
  "SIGTERM",
  "SIGSTKFLT",
  "SIGCHLD",
  "SIGCONT",
  "SIGSTOP",
  "SIGTSTP",
  "SIGTTIN",
  "SIGTTOU",
  "SIGURG",
  "SIGXCPU",
  "SIGXFSZ",
  "SIGVTALRM",
  "SIGPROF",
  "SIGWINCH",
  "SIGIO",
  "SIGPWR",
  "SIGSYS",
];

/** The numbers the agent sends (Linux). */
export const SIGKILL = 9;
export const SIGTERM = 15;

/** How a command ended, in the words of its last update. */
export function describeTermination({ exitCode, signal }: ContainerTermination): string {
  if (exitCode !== undefined) return `Command exited with status ${exitCode}`;
  if (signal === undefined) return "Command ended, and how is not known";
  return `Command terminated with signal ${SIGNAL_NAMES[signal] || signal}`;
}
