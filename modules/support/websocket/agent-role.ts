import type { ConnectOptions } from "../../../core/contracts/transport.js";
import type { MasterToAgent } from "../../../core/protocol/agent-protocol.js";
import { checkMasterToAgent } from "../../../core/protocol/agent-protocol-schema.js";
import { packHandshake, parseWelcome, protocolVersions, Refusal } from "./handshake.js";
import type { Greeting, LinkRole } from "./web-socket-link.js";

/** The agent's end: introduces itself, and refuses a master whose epoch is behind what it has heard of. */
export class AgentRole implements LinkRole<MasterToAgent> {
  /** The highest that was heard on this connection. */
  epoch = -1;
  readonly check = checkMasterToAgent;

  constructor(
    private readonly options: ConnectOptions,
    private readonly handlers: { onEpoch(epoch: number): void },
  ) {}

  hello(): Buffer {
    const { softwareVersion, capabilities } = this.options;
    return packHandshake({
      type: "HELLO",
      protocolVersions: [...protocolVersions],
      softwareVersion,
      capabilities: [...capabilities],
    });
  }

  greet(firstFrame: Buffer): Greeting {
    const { protocolVersion, epoch, softwareVersion, capabilities } = parseWelcome(firstFrame);
    if (!protocolVersions.includes(protocolVersion))
      throw new Refusal(
        "VERSION_MISMATCH",
        `the master chose protocol ${protocolVersion}, the agent speaks ${protocolVersions.join(", ")}`,
      );
    this.checkEpoch(epoch);
    return { peer: { protocolVersion, softwareVersion, capabilities }, epoch };
  }

  checkEpoch(epoch: number): void {
    const minimum = Math.max(this.options.minimumEpoch(), this.epoch);
    if (epoch < minimum) throw new Refusal("STALE_EPOCH", `epoch ${epoch} is behind ${minimum}`);
  }

  onEpoch(epoch: number): void {
    if (epoch <= this.epoch) return;
    this.epoch = epoch;
    this.handlers.onEpoch(epoch);
  }
}
