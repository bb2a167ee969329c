import { join, resolve } from "node:path";
import type { Disposable } from "../../../base/disposable.js";
import { hostPort } from "../../../base/host-port.js";
import { messageOf } from "../../../base/kernel-error.js";
import type { AgentConfiguration } from "../../../kernel/configuration/agent-configuration.js";
import type { HttpAddress } from "../../http/http-server.js";
import type { LocalClusterProcess } from "../../local-cluster.js";
import { VERSION } from "../../version.js";
import type { CliContext, RegisterCommand } from "../command.js";
import { addProcessOptions, configurationSource } from "../process-options.js";
import { untilStopped } from "../signals.js";

const DEFAULT_MASTER = "127.0.0.1:5050";

/** `dasmos local`: a whole cluster in one process, and a small task to show that it runs. */
export const registerLocal: RegisterCommand = (program, context) => {
  const command = program
    .command("local")
    .description("run a master and agents in one process, and a small task on them");
  addProcessOptions(command, "local").action(async () => {
    const [{ loadLocalConfiguration }, { startLocalCluster, toError }, { createLogger }] =
      await Promise.all([
        import("../../load-configuration.js"),
        import("../../local-cluster.js"),
        import("../../logger.js"),
      ]);
    const loaded = await loadLocalConfiguration(configurationSource(command, "local", context));
    const { logLevel: level, logFormat: format, demo: wanted } = loaded.cluster.local;
    const stopped = untilStopped();
    const cluster = await startLocalCluster(loaded, createLogger({ level, format }));
    let demo: Disposable | undefined;
    try {
      introduce(cluster, loaded.cluster.agents, context);
      if (wanted) demo = await startDemo(cluster.master, context);
      else explainHowToStop(context);
      const end = await Promise.race([stopped, cluster.ended]);
      const failure = typeof end === "string" ? undefined : toError(end);
      if (failure !== undefined) throw failure;
      context.out("\nStopping everything.\n");
    } finally {
      await demo?.dispose();
      await cluster.dispose();
    }
  });
};

function introduce(
  { master, agents }: LocalClusterProcess,
  configurations: readonly AgentConfiguration[],
  { out }: CliContext,
): void {
  out(`Dasmos ${VERSION}: a cluster is up.\n\n`);
  out(`  master     ${urlOf(master)}\n`);
  agents.forEach((agent, i) => {
    out(`  agent      ${urlOf(agent)}\n`);
    out(`  sandboxes  ${join(resolve(configurations[i]?.workDir ?? ""), "slaves")}\n`);
  });
  out(`  API        ${urlOf(master)}/api/v1 for operators, /api/v1/scheduler for schedulers\n`);
  out(`  state      ${urlOf(master)}/state\n\n`);
}

/** Proves with a task of its own that the cluster runs tasks. Disposing gives the task up if it still runs. */
async function startDemo(master: HttpAddress, context: CliContext): Promise<Disposable> {
  const { out, err } = context;
  const { TaskRun } = await import("../../client/task-run.js");
  const command = 'echo "Hello from $MESOS_SANDBOX"';
  out(`Running a small task: ${command}\n`);
  const decoder = new TextDecoder();
  const show = (bytes: Uint8Array) =>
    out(decoder.decode(bytes, { stream: true }).replace(/^(?=.)/gm, "  | "));
  const task = new TaskRun({
    master: urlOf(master),
    command: [command],
    name: "hello",
    cpus: 0.1,
    memory: 32,
    environment: {},
    stdout: show,
    stderr: show,
    onNotice: (message) => err(`  ${message}\n`),
  });
  let givenUp = false;
  const ended = task.run().then(
    ({ status }) => {
      out(`It ended as ${status.state}: ${status.message ?? ""}\n\n`);
      out(`Run another: ${invitation(master)}\n`);
      explainHowToStop(context);
    },
    (error: unknown) => {
      if (!givenUp) err(`The task was not run: ${messageOf(error)}\n`);
    },
  );
  return {
    dispose: () => {
      givenUp = true;
      task.abandon("the cluster stops");
      return ended;
    },
  };
}

/** The command line that runs something here, from the root of a checkout. */
function invitation(master: HttpAddress): string {
  const address = hostPort(master.host, master.port);
  return `npx dasmos run${address === DEFAULT_MASTER ? "" : ` --master ${address}`} -- 'echo hello; sleep 5'`;
}

function explainHowToStop({ out }: CliContext): void {
  out("Press Ctrl-C to stop everything.\n");
}

function urlOf({ host, port }: HttpAddress): string {
  return `http://${hostPort(host, port)}`;
}
