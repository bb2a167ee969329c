import { hostname as machineName } from "node:os";
import { hostPort } from "../base/host-port.js";
import type { MasterConfiguration } from "../kernel/configuration/master-configuration.js";
import type { v1 } from "../protocol/v1.js";
import { MESOS_VERSION } from "./version.js";

/** What a master says of itself to agents, schedulers and other masters; `id` is new with every process. */
export function masterInfo(
  id: string,
  configuration: MasterConfiguration,
  listening: { readonly host: string; readonly port: number },
): v1.MasterInfo {
  const ip = configuration.advertiseIp ?? listening.host;
  const port = configuration.advertisePort ?? listening.port;
  const hostname = configuration.hostname ?? (isLoopback(ip) ? ip : machineName());
  return {
    id,
    ip: toNetworkOrder(ip),
    port,
    pid: `master@${hostPort(ip, port)}`,
    hostname,
    version: MESOS_VERSION,
    address: { hostname, ip, port },
    capabilities: [{ type: "AGENT_UPDATE" }],
    ...(configuration.domain && { domain: toDomainInfo(configuration.domain) }),
  };
}

/** The failure domain of a configuration, as messages carry it. */
export function toDomainInfo(domain: {
  readonly region: string;
  readonly zone: string;
}): v1.DomainInfo {
  return { fault_domain: { region: { name: domain.region }, zone: { name: domain.zone } } };
}

export function isLoopback(ip: string): boolean {
  return ip.startsWith("127.") || ip === "::1";
}

/** MasterInfo.ip is the address's four bytes, the first of them lowest; 0 for an IPv6 address. */
function toNetworkOrder(ip: string): number {
  const bytes = ip.split(".").map(Number);
  if (bytes.length !== 4 || bytes.some(Number.isNaN)) return 0;
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  return a + b * 2 ** 8 + c * 2 ** 16 + d * 2 ** 24;
}
