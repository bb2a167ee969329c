import { z } from "zod";
import {
  addressFields,
  domainField,
  loggingFields,
  modulesDirField,
  path,
} from "./common-fields.js";
import {
  type Configured,
  count,
  duration,
  flag,
  names,
  numbersByName,
  optionalDuration,
  optionalText,
  percentage,
  port,
  quantities,
} from "./fields.js";
import { modulesField } from "./modules-fields.js";

/** The default modules of a master. */
const modules = modulesField("master", {
  allocator: "hierarchical",
  sorter: "drf",

  registry: "lmdb",
  contender: "standalone",
  transport: "websocket",
});

/** Every key of a master's configuration. */
export const masterFields = {
  ...addressFields,
  port: port(5050, "the port to listen on; 0: any that is free"),
  workDir: path().describe("where the registry lives"),
  cluster: optionalText("the cluster's name"),
  domain: domainField,
  agentPingTimeout: duration("15secs", "how long an agent may take to answer a ping", {
    minimum: "1ms",
    maximum: "15mins",
  }),
  maxAgentPingTimeouts: count(
    5,
    "how many pings in a row an agent may miss before it counts as unreachable",
    1,
  ),
  agentReregisterTimeout: duration(
    "10mins",
    "how long agents have to register again after a master's failover",
    {
      minimum: "1ms",
    },
  ),
  recoveryAgentRemovalLimit: percentage(
    "100%",
    "how many of the recovered agents may be lost before the master gives up instead",
  ),
  requireAgentDomain: flag(false, "whether agents without a domain are refused"),
  allocationInterval: duration("1secs", "the time between two allocation runs", { minimum: "1ms" }),
  allocatorRecoveryTimeout: duration(
    "10mins",
    "with quotas: how long allocation waits for the agents known before",
  ),
  allocatorAgentRecoveryFactor: z
    .number()
    .min(0)
    .max(1)
    .default(0.8)
    .describe("with quotas: for which fraction of the agents known before it waits"),
  offerTimeout: optionalDuration(
    "how long an offer stands before it is rescinded; absent: until it is used",
    {
      minimum: "1ms",
    },
  ),
  minAllocatableResources: quantities(
    ["cpus:0.01", "mem:32"],
    "a bundle is offered if it holds one of these; an empty list: any that is not empty",
  ),
  fairSharingExcludedResources: names("the resources that do not count towards a share"),
  filterGpuResources: flag(
    true,
    "whether agents with GPUs are hidden from frameworks without GPU_RESOURCES",
  ),
  weights: numbersByName(
    "each role's weight, until the registry has others; 1 where none is given",
  ),
  roles: z
    .array(z.string().min(1))
    .readonly()
    .optional()
    .describe("the roles that frameworks may subscribe to; absent: any"),
  whitelist: path()
    .optional()
    .describe(
      "a file of hostnames, one a line, read every five seconds: their agents alone are offered; absent or *: all",
    ),
  rootSubmissions: flag(true, "whether frameworks may run as root"),
  registryFetchTimeout: duration("1mins", "how long reading the registry may take"),
  registryStoreTimeout: duration("20secs", "how long a write to the registry may take"),
  registryGcInterval: duration(
    "15mins",
    "how often agents long gone are dropped from the registry",
    {
      minimum: "1ms",
    },
  ),
  registryMaxAgentAge: duration("2weeks", "how long an unreachable or gone agent is remembered"),
  registryMaxAgentCount: count(102_400, "how many unreachable and gone agents are remembered"),
  maxCompletedFrameworks: count(50, "how many completed frameworks are remembered"),
  maxCompletedTasksPerFramework: count(
    1000,
    "how many completed tasks of a framework are remembered",
  ),
  maxUnreachableTasksPerFramework: count(
    1000,
    "how many unreachable tasks of a framework are remembered",
  ),
  heartbeatInterval: duration("15secs", "the time between two heartbeats of an event stream", {
    minimum: "1ms",
  }),
  ...loggingFields,
  modulesDir: modulesDirField,
  modules,
} as const;

/** A master's configuration: plain values, durations in milliseconds. */
export type MasterConfiguration = Configured<typeof masterFields>;
