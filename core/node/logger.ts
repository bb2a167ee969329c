import { pino } from "pino";
import type { LogFields, Logger, LogLevel } from "../base/logger.js";

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly format: "human" | "json";
  /** Whether lines to read are coloured; absent: when they go to a terminal that wants it. */
  readonly colored?: boolean;
}

/** Where log lines go. */
export interface LogOutput {
  write(line: string): unknown;
  readonly isTTY?: boolean;
}

/** The process' log, to standard error: a line to read each, or an object each. */
export function createLogger(options: LoggerOptions, output: LogOutput = process.stderr): Logger {
  const colored =
    options.colored ?? (output.isTTY === true && process.env["NO_COLOR"] === undefined);
  const destination =
    options.format === "json"
      ? output
      : { write: (line: string) => output.write(humanLine(line, colored)) };
  const logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { cause: serializeCause },
    },
    destination as pino.DestinationStream,
  );
  const log = (level: LogLevel) => (message: string, fields?: LogFields) =>
    logger[level](fields ?? {}, message);
  return { debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") };
}

/** What was thrown, without what only a debugger wants. */
function serializeCause(cause: unknown): unknown {
  return cause instanceof Error ? (cause.stack ?? cause.message) : cause;
}

const colors: Readonly<Record<string, number>> = { debug: 90, info: 36, warn: 33, error: 31 };

/** `2025-01-31T12:00:00.000Z INFO  agent registered agentId=a1` */
function humanLine(line: string, colored: boolean): string {
  const { level, time, msg, ...fields } = JSON.parse(line) as {
    readonly level: string;
    readonly time: string;
    readonly msg: string;
  };
  const label = level.toUpperCase().padEnd(5);
  const shown = colored ? `\u001b[${colors[level] ?? 0}m${label}\u001b[0m` : label;
  const rest = Object.entries(fields).map(([key, value]) => ` ${key}=${fieldText(value)}`);
  return `${time} ${shown} ${msg}${rest.join("")}\n`;
}

function fieldText(value: unknown): string {
  return typeof value === "string" && /^[^\s="]+$/.test(value) ? value : JSON.stringify(value);
}
