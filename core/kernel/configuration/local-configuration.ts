import { z } from "zod";
import { attributesText, resourcesText } from "./agent-configuration.js";
import { addressFields, loggingFields, logLevels, path } from "./common-fields.js";
import { type Configured, flag, port } from "./fields.js";

/** Far more than one machine has room for: each is read before any starts. */
const MAX_AGENTS = 100_000;

/** Every key of a local cluster's configuration: a master and its agents in one process. */
export const localFields = {
  agents: z.int().min(0).max(MAX_AGENTS).default(1).describe("how many agents the cluster has"),
  ip: addressFields.ip,
  port: port(5050, "the master's port; 0: any that is free"),
  agentPort: port(
    5051,
    "the first agent's port, the others take the ones after it; 0: any that are free",
  ),
  insecure: addressFields.insecure,
  workDir: path().prefault(".dasmos").describe("where master and agents keep their directories"),
  resources: resourcesText().describe("the resources of each agent; absent: what the machine has"),
  attributes: attributesText().describe("attributes of each agent"),
  demo: flag(true, "whether a small task is run once the cluster is up"),
  ...loggingFields,
  logLevel: z.enum(logLevels).default("warn").describe("the least important lines that are logged"),
  master: z
    .record(z.string(), z.unknown())
    .default({})
    .describe("more of the master's configuration, by its own keys"),
  agent: z
    .record(z.string(), z.unknown())
    .default({})
    .describe("more of every agent's configuration, by its own keys"),
} as const;

/** A local cluster's own keys; the configurations of its processes are made of them. */
export type LocalConfiguration = Configured<typeof localFields>;
