import { KernelError } from "../../../core/base/kernel-error.js";
import type { ContainerConfig, ContainerLaunchInfo } from "../../../core/contracts/container.js";
import type { LaunchRequest } from "../../../core/contracts/launcher.js";

const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** What the launcher is asked for, of the agent's wishes and those of the isolators in their order. */
export function toLaunchRequest(
  config: ContainerConfig,
  infos: readonly ContainerLaunchInfo[],
  rest: Pick<LaunchRequest, "stdout" | "stderr" | "isolate">,
): LaunchRequest {
  return {
    ...rest,
    command: toCommand(config),
    environment: toEnvironment(config, infos),
    workingDirectory:
      infos.findLast((info) => info.workingDirectory)?.workingDirectory ?? config.directory,
    ...(config.user === undefined ? {} : { user: config.user }),
    cgroups: infos.flatMap((info) => info.cgroups ?? []),
  };
}

/** As Mesos does: a shell's script, or a file looked for in PATH whose `arguments` begin with its own name. */
function toCommand({ command }: ContainerConfig): LaunchRequest["command"] {
  const { value, shell = true, arguments: argv = [] } = command;
  if (value === undefined || (value === "" && !shell))
    throw new KernelError("CONTAINER_FAILED", "the command has no value");
  if (shell) return { path: "/bin/sh", argv: ["/bin/sh", "-c", value] };
  return { path: value, argv: argv.length > 0 ? argv : [value] };
}

/** The command's own variables win over those of isolators, and these over the agent's. */
function toEnvironment(
  config: ContainerConfig,
  infos: readonly ContainerLaunchInfo[],
): Record<string, string> {
  const variables = config.command.environment?.variables ?? [];
  const own = variables.flatMap(({ name, type = "VALUE", value }) =>
    // Secrets are an isolator's to resolve.
    type === "VALUE" && value !== undefined ? [[name, value] as const] : [],
  );
  return Object.assign(
    { PATH: DEFAULT_PATH },
    config.environment,
    ...infos.map((info) => info.environment),
    Object.fromEntries(own),
  );
}
