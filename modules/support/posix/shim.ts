import type { ContainerTermination } from "../../../core/contracts/container.js";

/**
 * Stands between the agent and a container's first process: waits for it and writes down how it ended, whether or not
 * an agent is there to see it. POSIX sh and nothing but built-ins, tried with dash, bash and busybox ash.
 *
 * Its directory `$1` holds `command` (sourced: sets the arguments to exec), and gets `shim` and `pid` (who runs), `sig` (what
 * the shell says of a child that a signal killed: that tells SIGKILL from `exit 137`) and `status`, whole once it ends in a
 * newline. The child says its pid on descriptor 3 and execs when a line comes back; should the agent die, the end of file
 * makes it exit. Bash says nothing of signals in POSIX mode. The traps keep the shim alive and are not inherited.
 */
export const shimScript = `case \${BASH_VERSION-} in ?*) set +o posix;; esac
trap : HUP INT TERM QUIT USR1 USR2 ALRM
d=$1
IFS= read -r stat </proc/self/stat && echo "$stat" >"$d/shim" || exit 125
exec 4>&2 2>"$d/sig"
(
. "$d/command" &&
read -r pid rest </proc/self/stat && echo "$pid" >"$d/pid" &&
echo "$pid" >&3 && read -r go <&3 || exit 125
exec "$@" 2>&4 3>&- 4>&-
)
echo "exit $?" >"$d/status"
`;

/** Where the shim finds the tools that change user and environment. */
export const shimPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export interface ShimCommand {
  readonly workingDirectory: string;
  readonly cgroups: readonly string[];
  readonly arguments: readonly string[];
}

/** The text of the shim's `command` file. */
export function toCommandFile(command: ShimCommand): string {
  const lines = [
    ...command.cgroups.map((cgroup) => `echo 0 >${quote(`${cgroup}/cgroup.procs`)}`),
    `cd ${quote(command.workingDirectory)}`,
    `set -- ${command.arguments.map(quote).join(" ")}`,
  ];
  return `${lines.join(" &&\n")}\n`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** @returns undefined while the status is not there in full. */
export function parseStatus(status: string, sig: string): ContainerTermination | undefined {
  const code = /^exit (\d+)\n$/.exec(status)?.[1];
  if (code === undefined) return undefined;
  const exitCode = Number(code);
  const signalled = exitCode > 128 && (sig !== "" || SILENT_SIGNALS.has(exitCode - 128));
  return signalled ? { signal: exitCode - 128 } : { exitCode };
}

/** SIGINT and SIGPIPE: no shell says a word of them. */
const SILENT_SIGNALS: ReadonlySet<number> = new Set([2, 13]);
