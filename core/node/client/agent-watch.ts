import { KernelError } from "../../base/kernel-error.js";

/** Says that an agent does not answer: once, and again only after it has answered. */
export class AgentWatch {
  private isAway = false;

  constructor(private readonly onNotice: ((message: string) => void) | undefined) {}

  /** Hears how requests to the agent went: a refusal is an answer. */
  heard(failure: unknown): void {
    const wasAway = this.isAway;
    this.isAway = failure instanceof KernelError && failure.code === "TRANSPORT_FAILED";
    if (this.isAway && !wasAway)
      this.onNotice?.(`no connection to the agent: ${(failure as KernelError).message}`);
  }
}
