import { readFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { availableParallelism, hostname as machineName, totalmem } from "node:os";
import { resolve } from "node:path";
import { agentCapabilities, agentDefaults, type AgentSettings } from "../agent/agent-settings.js";
import type { AgentConfiguration } from "../kernel/configuration/agent-configuration.js";
import type { v1 } from "../protocol/v1.js";
import { parseAttributes } from "../resources/attributes.js";
import { detectResources, type MachineFacts } from "../resources/detection.js";
import type { HttpAddress } from "./http/http-server.js";
import { isLoopback, toDomainInfo } from "./master-info.js";
import { MESOS_VERSION } from "./version.js";

/** What the machine has and is, as far as it can be found out. */
export interface Machine extends MachineFacts {
  /** Different after every boot; empty where the system does not tell. */
  readonly bootId: string;
}

/** Looks at the machine; `workDir` tells which file system counts as its disk. */
export async function readMachine(workDir: string): Promise<Machine> {
  const { blocks, bsize } = await statfs(workDir);
  return {
    cpus: availableParallelism(),
    memoryBytes: totalmem(),
    diskBytes: blocks * bsize,
    bootId: readBootId(),
  };
}

/** An agent's settings as its configuration and its machine have them. */
export function toAgentSettings(
  configuration: AgentConfiguration,
  machine: Machine,
  listening: HttpAddress,
  startTimeMs: number,
): AgentSettings {
  const ip = configuration.advertiseIp ?? listening.host;
  const port = configuration.advertisePort ?? listening.port;
  const libprocessIp = process.env["LIBPROCESS_IP"];
  return {
    ...agentDefaults,
    agentInfo: agentInfo(configuration, machine, ip, port),
    version: MESOS_VERSION,
    capabilities: agentCapabilities,
    ip,
    port,
    workDir: resolve(configuration.workDir),
    bootId: machine.bootId,
    startTimeMs,
    registrationBackoffFactorMs: configuration.registrationBackoffFactorMs,
    executorRegistrationTimeoutMs: configuration.executorRegistrationTimeoutMs,
    executorReregistrationTimeoutMs: configuration.executorReregistrationTimeoutMs,
    executorShutdownGracePeriodMs: configuration.executorShutdownGracePeriodMs,
    heartbeatIntervalMs: configuration.heartbeatIntervalMs,
    executorEnvironmentVariables: configuration.executorEnvironmentVariables,
    ...(libprocessIp !== undefined && { libprocessIp }),
    switchUser: configuration.switchUser && process.getuid?.() === 0,
    reconfigurationPolicy: configuration.reconfigurationPolicy,
    recoveryTimeoutMs: configuration.recoveryTimeoutMs,
    maxCompletedExecutorsPerFramework: configuration.maxCompletedExecutorsPerFramework,
  };
}

function agentInfo(
  configuration: AgentConfiguration,
  machine: Machine,
  ip: string,
  port: number,
): v1.AgentInfo {
  const { hostname, resources = "", defaultRole, attributes, domain } = configuration;
  return {
    hostname: hostname ?? (isLoopback(ip) ? ip : machineName()),
    port,
    resources: detectResources(resources, defaultRole, machine).toWire(),
    ...(attributes !== undefined && { attributes: parseAttributes(attributes) }),
    ...(domain && { domain: toDomainInfo(domain) }),
  };
}

function readBootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "";
  }
}
