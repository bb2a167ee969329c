import type { Ticket } from "../base/ids.js";
import { assert } from "../base/assert.js";
import type { RegistryOperation } from "../contracts/registry-store.js";
import type { MasterContext } from "./master-context.js";

/**
 * Makes what the master decides outlive it. Nothing that depends on a write happens before the store has it: `then`
 * runs in the step that hears PERSISTED, in the order of the writes.
 */
export class Registrar {
  private nextTicket: Ticket = 1;
  private readonly waiting = new Map<Ticket, () => void>();

  constructor(private readonly context: MasterContext) {}

  persist(operations: readonly RegistryOperation[], then: () => void): void {
    const ticket = this.nextTicket++;
    this.waiting.set(ticket, then);
    this.context.push({ type: "PERSIST", ticket, operations });
  }

  onPersisted(ticket: Ticket): void {
    const then = this.waiting.get(ticket);
    assert(then !== undefined, "the store confirms a batch that nobody waits for", { ticket });
    this.waiting.delete(ticket);
    then();
  }
}
