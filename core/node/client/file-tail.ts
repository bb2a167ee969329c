import { fromBase64 } from "../../protocol/base64.js";
import { callAgent } from "./operator-client.js";

/** How much of a file one request asks for. */
const LENGTH = 64 * 1024;

/** A file of an agent, read on from where the last read ended. */
export class FileTail {
  private offset = 0;

  constructor(
    private readonly agentUrl: string,
    private readonly path: string,
    private readonly write: (bytes: Uint8Array) => void | Promise<void>,
  ) {}

  /** Reads and writes out everything there is by now, no faster than `write` takes it. @throws KernelError when the agent or the file is not there. */
  async drain(): Promise<void> {
    for (;;) {
      const { read_file: read } = await callAgent(this.agentUrl, {
        type: "READ_FILE",
        read_file: { path: this.path, offset: this.offset, length: LENGTH },
      });
      const bytes = fromBase64(read?.data ?? "");
      if (bytes.length === 0) return;
      this.offset += bytes.length;
      await this.write(bytes);
    }
  }
}

/** The virtual path of a file in the latest sandbox of an executor; a command task's executor has the task's id. */
export function sandboxFile(frameworkId: string, executorId: string, file: string): string {
  return `/frameworks/${frameworkId}/executors/${executorId}/runs/latest/${file}`;
}
