import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { KernelError } from "../../../core/base/kernel-error.js";
import type { LaunchRequest } from "../../../core/contracts/launcher.js";
import { containerMarker } from "./process-snapshot.js";
import { resolveUser } from "./users.js";

const PERL_EXEC =
  "exec { $p = shift } @ARGV or do { warn qq($p: $!\\n); exit($!{ENOENT} ? 127 : 126) }";

/**
 * What the shim execs: the command as the user and with the environment that were asked for and no other. User first:
 * nothing of the environment, such as LD_PRELOAD, may touch what still runs as the agent.
 */
export async function toArguments(
  containerId: string,
  { command, environment, user }: LaunchRequest,
): Promise<readonly string[]> {
  checkTexts(command.argv, environment);
  const resolved = await resolveUser(user);
  const switchUser = resolved
    ? ["setpriv", `--reuid=${resolved.uid}`, `--regid=${resolved.gid}`, "--init-groups"]
    : [];
  const variables = Object.entries({ ...environment, [containerMarker]: containerId });
  const [argv0 = command.path, ...rest] = command.argv;
  const named = argv0 === command.path ? "none" : await namingTool();
  return [
    ...switchUser,
    "env",
    "-i",
    ...(named === "env" ? [`--argv0=${argv0}`] : []),
    "--",
    ...variables.map(([name, value]) => `${name}=${value}`),
    ...(named === "perl" ? ["perl", "-e", PERL_EXEC, command.path, argv0] : [command.path]),
    ...rest,
  ];
}

/** What exec cannot pass on would arrive as something else. */
function checkTexts(argv: readonly string[], environment: Readonly<Record<string, string>>): void {
  const refused = (what: string): never => {
    throw new KernelError("CONTAINER_FAILED", `${what} cannot be given to a process`);
  };
  for (const argument of argv) {
    if (argument.includes("\0")) refused(`argument ${JSON.stringify(argument)}`);
  }
  for (const [name, value] of Object.entries(environment)) {
    if (!/^[^=\0]+$/.test(name) || value.includes("\0")) {
      refused(`environment variable ${JSON.stringify(name)}`);
    }
  }
}

let tool: Promise<"env" | "perl" | "none"> | undefined;

/** Which tool of this machine gives a command another name than its path; without one it is called by its path. */
function namingTool(): Promise<"env" | "perl" | "none"> {
  const works = (file: string, args: string[]): Promise<boolean> =>
    promisify(execFile)(file, args).then(
      () => true,
      () => false,
    );
  tool ??= works("env", ["--argv0=true", "true"]).then(async (env) => {
    if (env) return "env";
    return (await works("perl", ["-e", "1"])) ? "perl" : "none";
  });
  return tool;
}
