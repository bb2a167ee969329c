import { Agent, type IncomingMessage, type OutgoingHttpHeaders, request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

const DEADLINE_MS = 5_000;

/** Speaks plain HTTP to a server on the loopback address, streams included. */
export class TestClient {
  private readonly agent = new Agent({ keepAlive: true });
  private readonly responses: IncomingMessage[] = [];

  constructor(readonly port: number) {}

  /** Resolves with the headers; the body is the caller's to read. */
  send(
    method: string,
    path: string,
    headers: OutgoingHttpHeaders = {},
    body?: string | Buffer,
  ): Promise<IncomingMessage> {
    const { agent, port } = this;
    return new Promise((resolve, reject) => {
      const sent = request({
        agent,
        host: "127.0.0.1",
        port,
        method,
        path,
        headers: { ...headers },
      });
      sent.on("error", reject);
      sent.on("response", (response) => {
        response.on("error", () => {});
        this.responses.push(response);
        resolve(response);
      });
      sent.end(body);
    });
  }

  post(path: string, body: string | Buffer, headers: OutgoingHttpHeaders) {
    return this.send("POST", path, headers, body);
  }

  dispose(): void {
    for (const response of this.responses) response.destroy();
    this.agent.destroy();
  }
}

/** The first `count` HTTP chunks of a response, or all of them if it ends before. */
export async function readChunks(
  response: IncomingMessage,
  count: number,
  encoding: BufferEncoding = "utf8",
): Promise<string[]> {
  const chunks: string[] = [];
  await new Promise<void>((resolve, reject) => {
    response.on("data", (chunk: Buffer) => {
      chunks.push(chunk.toString(encoding));
      if (chunks.length === count) resolve();
    });
    response.on("end", resolve);
    response.on("error", reject);
  });
  return chunks;
}

/** The whole body of a response as text. */
export async function readBody(response: IncomingMessage): Promise<string> {
  return (await readChunks(response, Number.POSITIVE_INFINITY)).join("");
}

/** Resolves once `condition` holds; rejects when it does not within a few seconds. */
export async function until(condition: () => boolean): Promise<void> {
  for (let waitedMs = 0; !condition(); waitedMs += 5) {
    if (waitedMs > DEADLINE_MS) throw new Error("waited in vain");
    await delay(5);
  }
}
