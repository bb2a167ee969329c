import { z } from "zod";
import { parseAttributes } from "../../resources/attributes.js";
import { parseResources } from "../../resources/parse-resources.js";
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
  explained,
  flag,
  parsed,
  port,
  refused,
} from "./fields.js";
import { modulesField } from "./modules-fields.js";

/** The default modules of an agent. */
const modules = modulesField("agent", {
  detector: "standalone",
  transport: "websocket",
  isolator: ["filesystem/posix", "posix/cpu", "posix/mem"],
  containerizer: ["posix"],
  launcher: "posix",
  "container-logger": "sandbox",
  checkpoints: "lmdb",
});

/** A URL of the master, as other commands take it, is as good as its address: both may come from one variable. */
function masterAddress() {
  return parsed<string>("host:port", (text) => {
    if (text.startsWith("zk://")) return refused("host:port (there is no ZooKeeper detector yet)");
    const address = text.replace(/^http:\/\/(.*?)\/?$/, "$1");
    const number = Number(/^(?:\[[\da-fA-F:.]+\]|[\w.-]+):(\d{1,5})$/.exec(address)?.[1]);
    return number > 0 && number <= 65_535 ? address : undefined;
  });
}

/** Checked here, and parsed by the agent: what a name left out has depends on the machine. */
export function resourcesText() {
  const expected = 'resources such as "cpus:4;mem:8192"';
  const parse = (text: string) => (parseResources(text, "*"), text);
  return parsed(expected, explained(expected, parse)).optional();
}

export function attributesText() {
  const expected = 'attributes such as "rack:r1;ssd:1"';
  const parse = (text: string) => (parseAttributes(text), text);
  return parsed(expected, explained(expected, parse)).optional();
}

/** Every key of an agent's configuration. */
export const agentFields = {
  ...addressFields,
  port: port(5051, "the port to listen on; 0: any that is free"),
  master: masterAddress()
    .optional()
    .describe("the master's host:port, for the standalone detector"),
  workDir: path().describe("where sandboxes and checkpoints live"),
  runtimeDir: path()
    .prefault("/var/run/dasmos")
    .describe("what need not survive a reboot of the machine"),
  resources: resourcesText().describe(
    'the resources to offer, e.g. "cpus:4;mem:8192" or JSON; absent, or a name left out: what the machine has',
  ),
  defaultRole: z.string().min(1).default("*").describe("the role of resources that name none"),
  attributes: attributesText().describe('attributes of the machine, e.g. "rack:r1;ssd:1" or JSON'),
  domain: domainField,
  executorRegistrationTimeout: duration(
    "1mins",
    "how long an executor has to subscribe after its launch",
  ),
  executorReregistrationTimeout: duration(
    "2secs",
    "how long executors have to subscribe again after the agent's restart",
    {
      maximum: "15secs",
    },
  ),
  executorShutdownGracePeriod: duration(
    "5secs",
    "how long an executor has to shut down before it is killed",
  ),
  executorEnvironmentVariables: z
    .record(z.string().min(1), z.string())
    .default({})
    .describe("the environment executors start from; nothing of the agent's own is inherited"),
  switchUser: flag(true, "whether tasks run as their framework's or command's user"),
  registrationBackoffFactor: duration("1secs", "the first wait between two attempts to register", {
    maximum: "1mins",
  }),
  recoveryTimeout: duration(
    "15mins",
    "how long an agent may be away before its executors end themselves",
  ),
  reconfigurationPolicy: z
    .enum(["equal", "additive", "replace"])
    .default("equal")
    .describe(
      "what may have changed since the agent's checkpoint; equal: nothing; additive: it may have more; where it has changed otherwise it refuses to start, unless the machine has been rebooted; replace: anything, it registers as a new agent then",
    ),
  maxCompletedExecutorsPerFramework: count(
    150,
    "how many completed executors of a framework are remembered",
  ),
  heartbeatInterval: duration(
    "30mins",
    "the time between two heartbeats of an executor's event stream",
    {
      minimum: "1ms",
    },
  ),
  ...loggingFields,
  modulesDir: modulesDirField,
  modules,
} as const;

/** An agent's configuration: plain values, durations in milliseconds. */
export type AgentConfiguration = Configured<typeof agentFields>;
