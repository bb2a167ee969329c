import { serviceToken } from "./service-token.js";

export type LogLevel = "debug" | "info" | "warn" | "error";
export type LogFields = Readonly<Record<string, unknown>>;

/** Structured logging. Fields carry ids and numbers; secrets never go into a log line. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}
export const Logger = serviceToken<Logger>("base/Logger");

const ignore = (): void => {};
/** A logger that says nothing, for tests and benchmarks. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
