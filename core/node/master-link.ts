import type { AgentEffect, AgentInput } from "../agent/agent-io.js";
import { hostPort } from "../base/host-port.js";
import type { Logger } from "../base/logger.js";
import type { Random } from "../base/random.js";
import type { Connection, ConnectionHandlers, Transport } from "../contracts/transport.js";
import type { Clock } from "../machine/runtime.js";
import type { AgentToMaster, MasterToAgent } from "../protocol/agent-protocol.js";
import type { v1 } from "../protocol/v1.js";
import { AGENT_PATH } from "./agent-path.js";
import { VERSION } from "./version.js";

const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 10_000;

export interface MasterLinkOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly deliver: (input: AgentInput) => void;
}

/**
 * An agent's connection to whoever leads: made again, after a random and growing pause, whenever it breaks, and moved
 * when another master leads. A leader with a lower epoch than one heard before is not listened to.
 */
export class MasterLink implements ConnectionHandlers<MasterToAgent, AgentToMaster> {
  private leader: v1.MasterInfo | undefined;
  private connection: Connection<AgentToMaster> | undefined;
  private isOpen = false;
  private epoch = 0;
  private attempt = 0;
  private disposed = false;

  constructor(private readonly options: MasterLinkOptions) {}

  onLeader(leader: v1.MasterInfo | undefined): void {
    this.leader = leader;
    this.attempt = 0;
    if (this.connection !== undefined) this.connection.close("GOING_AWAY", "another master leads");
    else this.connect();
  }

  private connect(): void {
    const { leader, options } = this;
    if (leader === undefined || this.disposed || this.connection !== undefined) return;
    const { ip, port, hostname } = leader.address ?? { ...leader, ip: undefined };
    const host = ip ?? hostname ?? "127.0.0.1";
    this.connection = options.transport.connect(
      {
        url: `ws://${hostPort(host, port)}${AGENT_PATH}`,
        softwareVersion: VERSION,
        capabilities: [],
        headers: {},
        minimumEpoch: () => this.epoch,
      },
      this,
    );
  }

  send(message: AgentToMaster): void {
    this.connection?.send(message);
  }

  reconnect({ message }: AgentEffect & { readonly type: "RECONNECT" }): void {
    this.connection?.close("GOING_AWAY", message);
  }

  onEpoch(epoch: number): void {
    this.epoch = epoch;
  }

  onOpen(): void {
    this.isOpen = true;
    const hostname = this.leader?.hostname ?? this.leader?.address?.hostname ?? "";
    this.options.deliver({ type: "MASTER_CONNECTED", epoch: this.epoch, hostname });
  }

  /** A master that speaks is one that wants this agent; one that only hangs up is tried at growing distances. */
  onMessage(_connection: Connection<AgentToMaster>, message: MasterToAgent): void {
    this.attempt = 0;
    this.options.deliver({ type: "MASTER_MESSAGE", message });
  }

  onCongestion(_connection: Connection<AgentToMaster>, congested: boolean): void {
    this.options.deliver({ type: "MASTER_CONGESTED", congested });
  }

  onClose(_connection: Connection<AgentToMaster>, reason: string): void {
    this.connection = undefined;
    if (this.isOpen) this.options.deliver({ type: "MASTER_DISCONNECTED" });
    this.isOpen = false;
    if (this.disposed) return;
    const limitMs = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** this.attempt++);
    const delayMs = limitMs / 2 + this.options.random.integer(limitMs / 2);
    this.options.logger.info("no connection to the master", { reason, retryMs: delayMs });
    this.options.clock.schedule(delayMs, () => this.connect());
  }

  dispose(): void {
    this.disposed = true;
    this.connection?.close("GOING_AWAY", "the agent stops");
  }
}
