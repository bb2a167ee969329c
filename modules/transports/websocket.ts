import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { injectable } from "inversify";
import { WebSocket, WebSocketServer } from "ws";
import type { Disposable } from "../../core/base/disposable.js";
import { messageOf } from "../../core/base/kernel-error.js";
import { Logger } from "../../core/base/logger.js";
import { inject } from "../../core/base/service-token.js";
import type {
  Connection,
  ConnectionHandlers,
  ConnectOptions,
  ListenOptions,
  Transport,
} from "../../core/contracts/transport.js";
import { defineModule } from "../../core/kernel/module.js";
import type { AgentToMaster, MasterToAgent } from "../../core/protocol/agent-protocol.js";
import { AgentRole } from "../support/websocket/agent-role.js";
import { MAX_FRAME_BYTES } from "../support/websocket/frame-codec.js";
import { MasterRole } from "../support/websocket/master-role.js";
import { TransportLimits, transportLimits } from "../support/websocket/transport-limits.js";
import { TurnEnd } from "../support/websocket/turn-end.js";
import { type LinkOptions, WebSocketLink } from "../support/websocket/web-socket-link.js";

type MasterHandlers = ConnectionHandlers<AgentToMaster, MasterToAgent>;
type AgentHandlers = ConnectionHandlers<MasterToAgent, AgentToMaster> & {
  onEpoch(epoch: number): void;
};
const socketOptions = {
  maxPayload: MAX_FRAME_BYTES,
  perMessageDeflate: false,
  autoPong: false,
} as const;

/** The agent protocol as MessagePack over WebSocket (docs/agent-protocol.md). */
@injectable()
export class WebSocketTransport implements Transport {
  private readonly turnEnd = new TurnEnd();
  private connections = 0;

  constructor(
    @inject(Logger) private readonly logger: Logger,
    @inject(TransportLimits) private readonly limits: TransportLimits,
  ) {}

  listen(options: ListenOptions, handlers: MasterHandlers): Disposable {
    const server = new WebSocketServer({ ...socketOptions, noServer: true, clientTracking: false });
    const links = new Set<WebSocketLink<AgentToMaster, MasterToAgent>>();
    const upgrade = async (request: IncomingMessage, tcp: Duplex, head: Buffer) => {
      tcp.on("error", ignore);
      const remoteAddress = plainAddress(request.socket.remoteAddress);
      const outcome = await authenticate(options, request, remoteAddress);
      server.handleUpgrade(request, tcp, head, (socket) => {
        const link: WebSocketLink<AgentToMaster, MasterToAgent> = new WebSocketLink(socket, {
          role: new MasterRole(options, outcome.principal),
          handlers,
          announceFailure: false,
          ...this.linkOptions(remoteAddress),
        });
        links.add(link);
        void link.ended.then(() => links.delete(link));
        link.attach(tcp as Socket);
        if (outcome.refused !== undefined) link.close("UNAUTHENTICATED", outcome.refused);
      });
    };
    const upgrades = options.upgrades.onUpgrade(options.path, (request, tcp, head) => {
      void upgrade(request as IncomingMessage, tcp as Duplex, head as Buffer);
    });
    return {
      dispose: async () => {
        await upgrades.dispose();
        server.close();
        for (const link of links) link.close("GOING_AWAY", "the master stops");
        await Promise.all([...links].map((link) => link.ended));
      },
    };
  }

  connect(options: ConnectOptions, handlers: AgentHandlers): Connection<AgentToMaster> {
    const socket = new WebSocket(options.url, {
      ...socketOptions,
      headers: options.headers,
      handshakeTimeout: this.limits.handshakeTimeoutMs,
    });
    const role = new AgentRole(options, handlers);
    const link = new WebSocketLink<MasterToAgent, AgentToMaster>(socket, {
      role,
      handlers,
      announceFailure: true,
      ...this.linkOptions(new URL(options.url).hostname),
    });
    socket.on("upgrade", (response) => link.attach(response.socket));
    socket.on("open", () => link.write(role.hello()));
    return link;
  }

  private linkOptions(
    remoteAddress: string,
  ): Pick<LinkOptions<never, never>, "id" | "remoteAddress" | "limits" | "turnEnd" | "logger"> {
    const { limits, turnEnd, logger } = this;
    return { id: `connection-${++this.connections}`, remoteAddress, limits, turnEnd, logger };
  }
}

/** A socket that breaks before it is upgraded is found broken by the upgrade. */
function ignore(): void {}

interface Authentication {
  readonly principal?: string;
  readonly refused?: string;
}

async function authenticate(
  options: ListenOptions,
  request: IncomingMessage,
  remoteAddress: string,
): Promise<Authentication> {
  if (options.authenticate === undefined) return {};
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, value?.toString()]),
  );
  try {
    return { principal: await options.authenticate(headers, remoteAddress) };
  } catch (error) {
    return { refused: messageOf(error) };
  }
}

/** An IPv4 peer of a socket that also takes IPv6 is told in IPv6 notation. */
function plainAddress(address: string | undefined): string {
  return (address ?? "").replace(/^::ffff:(?=\d+\.)/, "");
}

export default defineModule({
  kind: "transport",
  name: "websocket",
  apiVersion: 1,
  description: "MessagePack over WebSocket",
  parameters: { token: TransportLimits, schema: transportLimits },
  implementation: WebSocketTransport,
});
