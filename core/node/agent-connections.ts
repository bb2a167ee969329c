import type { ConnectionId } from "../base/ids.js";
import type { Logger } from "../base/logger.js";
import type { Connection, ConnectionHandlers, PeerInfo } from "../contracts/transport.js";
import type { MasterEffect, MasterInput } from "../master/master-io.js";
import type { AgentToMaster, MasterToAgent } from "../protocol/agent-protocol.js";

/** Above this many waiting inputs the master reads no more from its agents, until half of them are done. */
const MAX_BACKLOG = 20_000;

/** A master's connections to its agents: their messages become inputs, and SEND and DISCONNECT find their way back. */
export class AgentConnections implements ConnectionHandlers<AgentToMaster, MasterToAgent> {
  private readonly open = new Map<
    ConnectionId,
    { readonly connection: Connection<MasterToAgent>; readonly peer: PeerInfo }
  >();
  private paused = false;

  constructor(
    private readonly deliver: (input: MasterInput) => void,
    private readonly backlog: () => number,
    private readonly logger: Logger,
  ) {}

  onOpen(connection: Connection<MasterToAgent>, peer: PeerInfo): void {
    this.open.set(connection.id, { connection, peer });
    if (this.paused) connection.pause(true);
  }

  onMessage(connection: Connection<MasterToAgent>, message: AgentToMaster): void {
    const principal = this.open.get(connection.id)?.peer.principal;
    this.deliver({
      type: "AGENT_MESSAGE",
      connection: connection.id,
      remoteAddress: connection.remoteAddress,
      ...(principal !== undefined && { principal }),
      message,
    });
    if (!this.paused && this.backlog() > MAX_BACKLOG) this.pause(true);
  }

  /** The agent is repaired by registering again if it stays slow: its buffer is bounded by the transport. */
  onCongestion(connection: Connection<MasterToAgent>, congested: boolean): void {
    const bytes = connection.bufferedBytes;
    this.logger.debug("agent connection congested", { id: connection.id, congested, bytes });
  }

  onClose(connection: Connection<MasterToAgent>, reason: string): void {
    if (!this.open.delete(connection.id)) return;
    this.logger.debug("agent connection closed", { connection: connection.id, reason });
    this.deliver({ type: "AGENT_DISCONNECTED", connection: connection.id });
  }

  send({ connection, message }: MasterEffect & { readonly type: "SEND" }): void {
    this.open.get(connection)?.connection.send(message);
  }

  disconnect({
    connection,
    reason,
    message,
  }: MasterEffect & { readonly type: "DISCONNECT" }): void {
    this.open.get(connection)?.connection.close(reason, message);
  }

  /** Called after each turn: reads on once the backlog is half gone. */
  onTurnEnd(): void {
    if (this.paused && this.backlog() < MAX_BACKLOG / 2) this.pause(false);
  }

  private pause(paused: boolean): void {
    this.paused = paused;
    for (const { connection } of this.open.values()) connection.pause(paused);
  }
}
