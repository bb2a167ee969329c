import { hostPort } from "../../base/host-port.js";
import type { v1 } from "../../protocol/v1.js";
import type { AgentSnapshot } from "./snapshots.js";

const DEFAULT_AGENT_PORT = 5051;

/** `slave(1)@ip:port`, as libprocess would name the agent; clients take it apart to reach it. */
export function agentPid({ remoteAddress, info }: Pick<AgentSnapshot, "remoteAddress" | "info">) {
  return `slave(1)@${hostPort(remoteAddress, info.port ?? DEFAULT_AGENT_PORT)}`;
}

/** `master@ip:port`. */
export function masterPid({ pid, address, ip, port }: v1.MasterInfo): string {
  return pid ?? `master@${hostPort(address?.ip ?? dotted(ip), address?.port ?? port)}`;
}

/** An IPv4 address that stands as a number in network byte order, its first byte in the lowest bits. */
function dotted(ip: number): string {
  return [ip, ip >>> 8, ip >>> 16, ip >>> 24].map((byte) => byte & 0xff).join(".");
}
