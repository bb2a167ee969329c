/** What a simulated container does. It travels as the text of the task's command, as a shell script would. */
export interface TaskScript {
  /** How long it runs; undefined: until it is killed. */
  readonly runMs: number | undefined;
  readonly exitCode: number;
  /** The container cannot be launched. */
  readonly failsToLaunch: boolean;
  /** SIGTERM is ignored; only SIGKILL ends it. */
  readonly stubborn: boolean;
}

/** For instance `run 1500; exit 3`, `run forever stubbornly; exit 0` or `fail to launch`. */
export function printTaskScript(script: TaskScript): string {
  if (script.failsToLaunch) return "fail to launch";
  const how = script.stubborn ? " stubbornly" : "";
  return `run ${script.runMs ?? "forever"}${how}; exit ${script.exitCode}`;
}

/** The command of a custom executor, whose tasks have scripts of their own. */
export const EXECUTOR_COMMAND = "run an executor";

export function parseTaskScript(text: string): TaskScript {
  const match = /^run (\d+|forever)( stubbornly)?; exit (\d+)$/.exec(text);
  return {
    runMs: match === null || match[1] === "forever" ? undefined : Number(match[1]),
    exitCode: Number(match?.[3] ?? 0),
    failsToLaunch: match === null && text !== EXECUTOR_COMMAND,
    stubborn: match?.[2] !== undefined,
  };
}
