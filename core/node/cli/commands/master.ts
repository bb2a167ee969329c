import type { RegisterCommand } from "../command.js";
import { closeOrEnd } from "../close-or-end.js";
import { addProcessOptions, configurationSource } from "../process-options.js";
import { untilStopped } from "../signals.js";

/** `dasmos master`: runs until it is told to stop, or cannot go on. */
export const registerMaster: RegisterCommand = (program, context) => {
  const command = program.command("master").description("run a master");
  addProcessOptions(command, "master").action(async () => {
    const [{ loadMasterConfiguration }, { startMaster }, { createLogger }] = await Promise.all([
      import("../../load-configuration.js"),
      import("../../master-process.js"),
      import("../../logger.js"),
    ]);
    const loaded = await loadMasterConfiguration(configurationSource(command, "master", context));
    const { logLevel: level, logFormat: format } = loaded.configuration;
    const logger = createLogger({ level, format });
    const stopped = untilStopped();
    const master = await startMaster({ loaded, logger, stopped });
    logger.info("master is up", { host: master.host, port: master.port });
    const failure = await Promise.race([stopped.then(() => undefined), master.failed]);
    if (failure === undefined) return await master.dispose();
    await closeOrEnd(master);
    throw failure;
  });
};
