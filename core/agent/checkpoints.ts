import { assert } from "../base/assert.js";
import type { Ticket } from "../base/ids.js";
import type { CheckpointRecord } from "../contracts/checkpoint-store.js";
import type { VolumeChanges } from "../resources/volumes.js";
import type { AgentContext } from "./agent-context.js";

/** What the agent's next process has to know, written in order; what depends on a write waits until it is settled. */
export class Checkpoints {
  private lastTicket: Ticket = 0;
  private settledTicket: Ticket = 0;

  constructor(private readonly context: AgentContext) {}

  /** Whether everything written so far is durable. */
  get settled(): boolean {
    return this.settledTicket === this.lastTicket;
  }

  /** @returns the ticket that CHECKPOINTED will name. */
  write(records: readonly CheckpointRecord[], volumes?: VolumeChanges): Ticket {
    const ticket = ++this.lastTicket;
    this.context.push({ type: "CHECKPOINT", ticket, records, ...(volumes && { volumes }) });
    return ticket;
  }

  onCheckpointed(ticket: Ticket): void {
    assert(ticket === this.settledTicket + 1, "checkpoints are settled out of order", { ticket });
    this.settledTicket = ticket;
  }
}
