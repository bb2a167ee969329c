import { setTimeout as sleep } from "node:timers/promises";
import { hostPort } from "../../../base/host-port.js";
import { KernelError } from "../../../base/kernel-error.js";
import { isTerminalState } from "../../../protocol/task-state.js";
import type { v1 } from "../../../protocol/v1.js";
import { type CliContext, type RegisterCommand, UsageError } from "../command.js";
import { addMasterOptions, type MasterOptions } from "../master-options.js";

interface LogsOptions extends MasterOptions {
  readonly follow: boolean;
  readonly stderr: boolean;
  readonly framework?: string;
}

const POLL_MS = 200;

/** The agent is gone for the master: it may be there all the same, but what fails to be read of it will not be had. */
const LOST: ReadonlySet<v1.TaskState> = new Set<v1.TaskState>([
  "TASK_UNREACHABLE",
  "TASK_LOST",
  "TASK_GONE",
  "TASK_GONE_BY_OPERATOR",
]);

/** `dasmos logs`: what a task has printed, and with `-f` what it goes on to print. */
export const registerLogs: RegisterCommand = (program, context) => {
  const command = program
    .command("logs")
    .description("print what a task has printed")
    .argument("<task>", "the task's id")
    .option("-f, --follow", "go on until the task has ended", false)
    .option("--framework <id>", "whose task it is, where several frameworks have one of that id")
    .option("--stderr", "its standard error instead of its standard output", false);
  addMasterOptions(command, context).action((id: string, options: LogsOptions) =>
    logs(id, options, context),
  );
};

async function logs(id: string, options: LogsOptions, context: CliContext): Promise<void> {
  const { FileTail, sandboxFile } = await import("../../client/file-tail.js");
  const { AgentWatch } = await import("../../client/agent-watch.js");
  const task = await findTask(id, options.framework, options.master);
  const framework = task.framework_id.value;
  const url = await agentUrl(task.agent_id.value, options.master);
  const executorId = task.executor_id?.value ?? id;
  const file = options.stderr ? "stderr" : "stdout";
  const decoder = new TextDecoder();
  const tail = new FileTail(url, sandboxFile(framework, executorId, file), (bytes) => {
    if (!options.json) return context.out(bytes);
    const text = decoder.decode(bytes, { stream: true });
    return context.out(`${JSON.stringify({ taskId: id, file, text })}\n`);
  });
  if (!options.follow) return tail.drain();
  const watch = new AgentWatch((message) => {
    if (!options.json) context.err(`dasmos: ${message}\n`);
  });
  for (;;) {
    const { state } = await findTask(id, framework, options.master);
    const hasEnded = isTerminalState(state);
    if (hasEnded && !LOST.has(state)) return tail.drain();
    // Before the container exists there is no file yet, and an agent that is away may come back.
    const failure = await tail.drain().catch((error: unknown) => error);
    watch.heard(failure);
    if (hasEnded && failure === undefined) return;
    if (LOST.has(state)) throw lost(id, state);
    await sleep(POLL_MS);
  }
}

function lost(id: string, state: v1.TaskState): KernelError {
  const message = `task '${id}' is ${state}: what else it prints cannot be had`;
  return new KernelError("TRANSPORT_FAILED", message);
}

async function findTask(
  id: string,
  framework: string | undefined,
  master: string,
): Promise<v1.Task> {
  const { callMaster } = await import("../../client/operator-client.js");
  const { get_tasks: all } = await callMaster(master, { type: "GET_TASKS" });
  const lists = [all?.tasks, all?.unreachable_tasks, all?.completed_tasks];
  const found = lists
    .flatMap((list) => list ?? [])
    .filter(({ task_id }) => task_id.value === id)
    .filter(({ framework_id }) => framework === undefined || framework_id.value === framework);
  const [first] = found;
  if (first === undefined) {
    const whose = framework === undefined ? "" : ` of framework '${framework}'`;
    throw new KernelError("NOT_KNOWN", `no task '${id}'${whose} is known at ${master}`);
  }
  const frameworks = [...new Set(found.map(({ framework_id }) => framework_id.value))].sort();
  if (frameworks.length > 1)
    throw new UsageError(
      `several frameworks have a task '${id}': say with --framework which of ${frameworks.join(", ")}`,
    );
  return first;
}

async function agentUrl(agentId: string, master: string): Promise<string> {
  const { callMaster } = await import("../../client/operator-client.js");
  const { get_agents } = await callMaster(master, { type: "GET_AGENTS" });
  const agent = get_agents?.agents?.find(({ agent_info }) => agent_info.id?.value === agentId);
  if (agent === undefined)
    throw new KernelError("NOT_KNOWN", `agent ${agentId}, where the task ran, is not registered`);
  const address = /@(.+)$/.exec(agent.pid ?? "")?.[1];
  return `http://${address ?? hostPort(agent.agent_info.hostname, agent.agent_info.port ?? 5051)}`;
}
