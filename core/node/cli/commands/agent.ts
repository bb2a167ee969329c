import type { RegisterCommand } from "../command.js";
import { closeOrEnd } from "../close-or-end.js";
import { addProcessOptions, configurationSource } from "../process-options.js";
import { untilStopped } from "../signals.js";

/** `dasmos agent`: SIGTERM stops it without touching its tasks, SIGUSR1 unregisters it and ends them. */
export const registerAgent: RegisterCommand = (program, context) => {
  const command = program.command("agent").description("run an agent");
  addProcessOptions(command, "agent").action(async () => {
    const [{ loadAgentConfiguration }, { startAgent, toError }, { createLogger }] =
      await Promise.all([
        import("../../load-configuration.js"),
        import("../../agent-process.js"),
        import("../../logger.js"),
      ]);
    const loaded = await loadAgentConfiguration(configurationSource(command, "agent", context));
    const { logLevel: level, logFormat: format } = loaded.configuration;
    const logger = createLogger({ level, format });
    const stopped = untilStopped();
    const leaving = untilAskedToLeave();
    const agent = await startAgent({ loaded, logger, stopped });
    void leaving.then(() => agent.unregister());
    logger.info("agent is up", { host: agent.host, port: agent.port });
    const end = await Promise.race([stopped.then(() => undefined), agent.ended]);
    const failure = end && toError(end);
    if (failure === undefined) return await agent.dispose();
    await closeOrEnd(agent);
    throw failure;
  });
};

/** Listened to from the start: Node takes a SIGUSR1 that nobody listens to for a debugger's. */
function untilAskedToLeave(): Promise<void> {
  return new Promise((resolve) => process.on("SIGUSR1", () => resolve()));
}
