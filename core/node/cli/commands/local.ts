import type { CliContext, RegisterCommand } from "../command.js";
import { addProcessOptions, configurationSource } from "../process-options.js";
import { untilStopped } from "../signals.js";
import type { LocalClusterProcess } from "../../local-cluster.js";

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
    const { logLevel: level, logFormat: format, demo, workDir } = loaded.cluster.local;
    const stopped = untilStopped();
    const cluster = await startLocalCluster(loaded, createLogger({ level, format }));
    try {
      introduce(cluster, workDir, context);
      if (demo && cluster.agents.length > 0)
        await Promise.race([runDemo(urlOf(cluster.master), context), stopped]);
      context.out("Press Ctrl-C to stop everything.\n");
      const end = await Promise.race([stopped, cluster.ended]);
      const failure = typeof end === "string" ? undefined : toError(end);
      if (failure !== undefined) throw failure;
    } finally {
      await cluster.dispose();
    }
  });
};

function introduce(cluster: LocalClusterProcess, workDir: string, { out }: CliContext): void {
  const master = urlOf(cluster.master);
  out(`A cluster is up.\n  master     ${master}\n`);
  for (const agent of cluster.agents) out(`  agent      ${urlOf(agent)}\n`);
  out(`  scheduler API  POST ${master}/api/v1/scheduler\n`);
  out(`  state          ${master}/state\n`);
  out(`  sandboxes      ${workDir}/agent-1/slaves/…\n`);
}

/** Proves with a task of its own that the cluster runs tasks. */
async function runDemo(master: string, { out }: CliContext): Promise<void> {
  const { TaskRun } = await import("../../client/task-run.js");
  const command = 'echo "Hello from task $MESOS_EXECUTOR_ID"';
  out(`Running a small task: ${command}\n`);
  const show = (bytes: Uint8Array) => out(`  | ${Buffer.from(bytes).toString()}`);
  const { status } = await new TaskRun({
    master,
    command: [command],
    name: "hello",
    cpus: 0.1,
    memory: 32,
    environment: {},
    stdout: show,
    stderr: show,
  }).run();
  out(`It ended as ${status.state}: ${status.message ?? ""}\n`);
}

function urlOf({ host, port }: { readonly host: string; readonly port: number }): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
