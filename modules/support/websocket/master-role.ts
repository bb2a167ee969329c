import type { ListenOptions } from "../../../core/contracts/transport.js";
import type { AgentToMaster } from "../../../core/protocol/agent-protocol.js";
import { checkAgentToMaster } from "../../../core/protocol/agent-protocol-schema.js";
import { chooseVersion, packHandshake, parseHello, Refusal } from "./handshake.js";
import type { Greeting, LinkRole } from "./web-socket-link.js";

/** The master's end: answers HELLO with WELCOME, and writes its epoch into every frame. */
export class MasterRole implements LinkRole<AgentToMaster> {
  readonly check = checkAgentToMaster;

  constructor(
    private readonly options: ListenOptions,
    private readonly principal: string | undefined,
  ) {}

  get epoch(): number {
    return this.options.epoch;
  }

  greet(firstFrame: Buffer): Greeting {
    const { protocolVersions, softwareVersion, capabilities } = parseHello(firstFrame);
    const protocolVersion = chooseVersion(protocolVersions);
    const { principal } = this;
    const { epoch, softwareVersion: ownVersion } = this.options;
    return {
      peer: {
        protocolVersion,
        softwareVersion,
        capabilities,
        ...(principal === undefined ? {} : { principal }),
      },
      epoch,
      answer: packHandshake({
        type: "WELCOME",
        protocolVersion,
        epoch,
        softwareVersion: ownVersion,
        capabilities: [],
      }),
    };
  }

  checkEpoch(epoch: number): void {
    if (epoch !== this.options.epoch)
      throw new Refusal(
        "STALE_EPOCH",
        `the agent speaks to epoch ${epoch}, this is ${this.options.epoch}`,
      );
  }
}
