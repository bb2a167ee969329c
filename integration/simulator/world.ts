import type { Random } from "../../core/base/random.js";
import { SeededRandom } from "../../core/base/random.js";
import { Network, type NetworkFaults } from "./network/network.js";
import { TraceHash } from "./trace.js";
import { Transcript } from "./transcript.js";
import type { WireCodec } from "./wire-codec.js";
import { VirtualClock } from "./virtual-clock.js";

/** What watches a simulation from outside: told after every step of a machine. */
export interface Observer {
  afterStep(processName: string): void;
}

/** What all that is simulated shares: one clock, one source of chance, one network, one trace. */
export class World {
  readonly clock = new VirtualClock();
  readonly random: Random;
  readonly network: Network;
  readonly hash = new TraceHash();
  readonly transcript: Transcript;
  readonly codec: WireCodec;
  observer: Observer = { afterStep: () => {} };

  constructor(options: {
    readonly seed: number;
    readonly network: NetworkFaults;
    /** How many of the last lines of the transcript are kept; none unless it is to be read. */
    readonly transcriptLines: number;
    readonly codec: WireCodec;
  }) {
    this.random = new SeededRandom(options.seed);
    this.codec = options.codec;
    this.network = new Network(this.clock, this.random, options.network);
    this.transcript = new Transcript(this.clock, options.transcriptLines);
  }
}
