import { z } from "zod";
import { flag, ipAddress, MAX_PORT, optionalText, parsed } from "./fields.js";

export const logLevels = ["debug", "info", "warn", "error"] as const;

/** How a process writes its log. */
export const loggingFields = {
  logLevel: z.enum(logLevels).default("info").describe("the least important lines that are logged"),
  logFormat: z
    .enum(["human", "json"])
    .default("human")
    .describe("human: lines to read, coloured on a terminal; json: an object a line"),
};

/** Where a process listens, what it is called, and where it lives. */
export const addressFields = {
  ip: ipAddress().prefault("127.0.0.1").describe("the address to listen on"),
  hostname: optionalText(
    "the name to be known by; absent: the machine's, or the address where that is a loopback one",
  ),
  advertiseIp: ipAddress().optional().describe("the address to publish instead of ip"),
  advertisePort: z
    .int()
    .min(1)
    .max(MAX_PORT)
    .optional()
    .describe("the port to publish instead of port"),
  insecure: flag(
    false,
    "whether to listen beyond this machine although nobody has to authenticate",
  ),
};

/** The failure domain of a process. */
export const domainField = z
  .strictObject({ region: z.string().min(1), zone: z.string().min(1) })
  .optional()
  .describe("the region and zone of the machine");

/** A directory or file; a relative one is below the directory the process was started in. */
export function path() {
  return parsed<string>("a path", (text) =>
    text === "" || text.includes("\0") ? undefined : text,
  );
}

export const modulesDirField = path()
  .optional()
  .describe("where modules from outside are looked up; absent: the configuration file's folder");
