import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { assert } from "../../base/assert.js";
import type { Disposable } from "../../base/disposable.js";
import type { UpgradeSource } from "../../contracts/transport.js";

type Handle = (request: unknown, socket: unknown, head: unknown) => void;
/** Headers of an upgrade that is not taken: without them the request is an ordinary one. */
const UPGRADE_HEADERS: ReadonlySet<string> = new Set(["upgrade", "connection", "http2-settings"]);

/**
 * Hands WebSocket handshakes to whoever listens on their path. Any other upgrade is ignored, as RFC 9110 has it: some
 * clients offer h2c with every plain request, and want an ordinary answer.
 */
export class Upgrades implements UpgradeSource {
  private readonly handles = new Map<string, Handle>();

  constructor(
    private readonly server: Server,
    private readonly pathOf: (url: string) => string,
  ) {
    server.on("upgrade", (request, socket, head) => this.onUpgradeRequest(request, socket, head));
  }

  onUpgrade(path: string, handle: Handle): Disposable {
    assert(!this.handles.has(path), "a path takes upgrades for one listener", { path });
    this.handles.set(path, handle);
    return { dispose: () => void this.handles.delete(path) };
  }

  private onUpgradeRequest(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const handle = this.handles.get(this.pathOf(request.url ?? "/"));
    const isWebSocket = request.headers.upgrade?.toLowerCase() === "websocket";
    if (handle !== undefined && isWebSocket) handle(request, socket, head);
    else this.readAgain(request, socket, head);
  }

  /** Gives the connection back to the HTTP server, with the request as it would be without the upgrade. */
  private readAgain(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const lines = [`${request.method} ${request.url} HTTP/${request.httpVersion}`];
    for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
      const name = request.rawHeaders[i] ?? "";
      if (!UPGRADE_HEADERS.has(name.toLowerCase()))
        lines.push(`${name}: ${request.rawHeaders[i + 1]}`);
    }
    socket.unshift(Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), head]));
    this.server.emit("connection", socket);
  }
}
