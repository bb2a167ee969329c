import { connect, type Socket } from "node:net";

const END_OF_HEADERS = "\r\n\r\n";

interface Line {
  readonly socket: Socket;
  waiting: Buffer[];
  /** What has been read of an answer that is not whole yet. */
  rest: string;
}

/**
 * POSTs over a few sockets that are kept, many at a time on each (HTTP pipelining), and as cheaply as Node allows: it
 * presupposes answers without a body, and throws at any that is not 202.
 */
export class PipelinedCalls {
  answered = 0;
  private readonly lines: readonly Line[];
  private next = 0;
  private flushing = false;

  /** `head`: request line and headers of every call, all but the length of its body. */
  constructor(
    port: number,
    private readonly head: string,
    sockets: number,
  ) {
    this.lines = Array.from({ length: sockets }, () => {
      const socket = connect({ port, host: "127.0.0.1", noDelay: true });
      const line: Line = { socket, waiting: [], rest: "" };
      socket.setEncoding("latin1");
      socket.on("data", (text: string) => this.onData(line, text));
      socket.on("error", (error) => {
        throw error;
      });
      return line;
    });
  }

  send(body: Uint8Array | string): void {
    const line = this.lines[this.next++ % this.lines.length] as Line;
    const length = typeof body === "string" ? Buffer.byteLength(body) : body.length;
    const start = `${this.head}content-length: ${length}${END_OF_HEADERS}`;
    if (typeof body === "string") line.waiting.push(Buffer.from(start + body));
    else line.waiting.push(Buffer.from(start, "latin1"), Buffer.from(body));
    if (this.flushing) return;
    this.flushing = true;
    setImmediate(() => this.flush());
  }

  private flush(): void {
    this.flushing = false;
    for (const line of this.lines) {
      if (line.waiting.length === 0) continue;
      line.socket.write(Buffer.concat(line.waiting));
      line.waiting = [];
    }
  }

  private onData(line: Line, text: string): void {
    const all = line.rest + text;
    let start = 0;
    for (;;) {
      const end = all.indexOf(END_OF_HEADERS, start);
      if (end < 0) break;
      if (!all.startsWith("HTTP/1.1 202", start))
        throw new Error(`a call was refused: ${all.slice(start, start + 500)}`);
      this.answered++;
      start = end + END_OF_HEADERS.length;
    }
    line.rest = all.slice(start);
  }

  dispose(): void {
    for (const { socket } of this.lines) socket.destroy();
  }
}
