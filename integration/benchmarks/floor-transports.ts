import { Packr } from "msgpackr";
import { WebSocket, WebSocketServer } from "ws";
import { silentLogger } from "../../core/base/logger.js";
import type { AgentToMaster, MasterToAgent } from "../../core/protocol/agent-protocol.js";
import { transportLimits } from "../../modules/support/websocket/transport-limits.js";
import { WebSocketTransport } from "../../modules/transports/websocket.js";
import type { UpgradeServer } from "../contracts/upgrade-server.js";
import { acknowledgement } from "./floor-messages.js";

const PATH = "/floor";

/** Two ends that the floor benchmark measures: a master that acknowledges, and an agent that is told. */
export interface FloorTransport {
  listen(server: UpgradeServer): void;
  connect(
    url: string,
    onAcknowledged: () => void,
  ): { readonly opened: Promise<void>; send(message: AgentToMaster): void };
}

const taskIdOf = (message: AgentToMaster): string =>
  message.type === "STATUS_UPDATE" ? message.update.status.task_id.value : "";

/** ws and msgpackr alone: what a turn has written leaves as one frame, and nothing is checked. */
class Batcher {
  private outbox: unknown[] = [];

  constructor(
    private readonly socket: WebSocket,
    private readonly packr: Packr,
  ) {}

  send(message: unknown): void {
    if (this.outbox.push(message) === 1) setImmediate(() => this.flush());
  }

  private flush(): void {
    this.socket.send(this.packr.pack(this.outbox));
    this.outbox = [];
  }
}

function bare(create: () => Packr): FloorTransport {
  const packr = create();
  return {
    listen(server) {
      const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
      server.onUpgrade(PATH, (request, tcp, head) =>
        sockets.handleUpgrade(request as never, tcp as never, head as Buffer, (socket) => {
          const batcher = new Batcher(socket, packr);
          socket.on("message", (data: Buffer) => {
            for (const message of packr.unpack(data) as AgentToMaster[])
              batcher.send(acknowledgement(taskIdOf(message)));
          });
        }),
      );
    },
    connect(url, onAcknowledged) {
      const socket = new WebSocket(url, { perMessageDeflate: false });
      const batcher = new Batcher(socket, packr);
      socket.on("message", (data: Buffer) => {
        for (const _ of packr.unpack(data) as MasterToAgent[]) onAcknowledged();
      });
      return {
        opened: new Promise((resolve) => void socket.on("open", resolve)),
        send: (message) => batcher.send(message),
      };
    },
  };
}

const ignore = (): void => {};
const transport = (): WebSocketTransport =>
  new WebSocketTransport(silentLogger, transportLimits.parse({}));

const own: FloorTransport = {
  listen(upgrades) {
    transport().listen(
      { upgrades, path: PATH, epoch: 1, softwareVersion: "0" },
      {
        onOpen: ignore,
        onMessage: (connection, message) => connection.send(acknowledgement(taskIdOf(message))),
        onCongestion: ignore,
        onClose: ignore,
      },
    );
  },
  connect(url, onAcknowledged) {
    let open = ignore;
    const opened = new Promise<void>((resolve) => (open = resolve));
    const connection = transport().connect(
      { url, softwareVersion: "0", capabilities: [], headers: {}, minimumEpoch: () => 0 },
      {
        onOpen: () => open(),
        onMessage: onAcknowledged,
        onCongestion: ignore,
        onClose: ignore,
        onEpoch: ignore,
      },
    );
    return { opened, send: (message) => connection.send(message) };
  },
};

/** By the name under which the results stand. */
export const transports: Readonly<Record<string, FloorTransport>> = {
  "bare, maps": bare(() => new Packr({ useRecords: false })),
  "bare, records": bare(
    () => new Packr({ structures: [], maxSharedStructures: 0, maxOwnStructures: 32 }),
  ),
  "the transport": own,
};
