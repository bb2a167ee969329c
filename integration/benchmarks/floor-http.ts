import { fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { Figures } from "./benchmark.js";

const CLIENT = fileURLToPath(new URL("./floor-http-client.js", import.meta.url));
const CALLS = 50_000;
const WINDOW = 1024;

/** How many acknowledgements a second Node's own HTTP server takes that reads each and answers 202, and does nothing. */
export async function measureHttpFloor(): Promise<Figures> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      response.writeHead(202, { "content-length": 0 });
      response.end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const client = fork(CLIENT, [port, CALLS, WINDOW].map(String));
  const before = process.cpuUsage();
  const [figures] = (await once(client, "message")) as [Figures];
  const { user, system } = process.cpuUsage(before);
  server.closeAllConnections();
  server.close();
  return { ...figures, serverPerCallUs: (user + system) / CALLS };
}
