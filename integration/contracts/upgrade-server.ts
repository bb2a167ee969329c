import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Disposable } from "../../core/base/disposable.js";
import type { UpgradeSource } from "../../core/contracts/transport.js";

/** An HTTP server on a free loopback port that does nothing but pass upgrades on, as the master's does. */
export class UpgradeServer implements UpgradeSource {
  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async listen(): Promise<UpgradeServer> {
    const server = createServer((_request, response) => response.writeHead(404).end());
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new UpgradeServer(server, (server.address() as AddressInfo).port);
  }

  onUpgrade(
    path: string,
    handle: (request: unknown, socket: unknown, head: unknown) => void,
  ): Disposable {
    const listener = (request: { readonly url?: string }, socket: unknown, head: unknown): void => {
      if (request.url === path) handle(request, socket, head);
    };
    this.server.on("upgrade", listener);
    return { dispose: () => void this.server.off("upgrade", listener) };
  }

  async dispose(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, "close");
  }
}
