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

/** FNV-1a, so that every name has a seed of its own. */
function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash;
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

  private readonly seed: number;

  constructor(options: {
    readonly seed: number;
    readonly network: NetworkFaults;
    /** How many of the last lines of the transcript are kept; none unless it is to be read. */
    readonly transcriptLines: number;
    readonly codec: WireCodec;
  }) {
    this.seed = options.seed;
    this.random = new SeededRandom(options.seed);
    this.codec = options.codec;
    this.network = new Network(this.clock, this.random, options.network);
    this.transcript = new Transcript(this.clock, options.transcriptLines);
  }

  /** A source of chance for one process: what it draws changes nothing for the others. */
  randomOf(name: string): Random {
    return new SeededRandom(this.seed ^ hashOf(name));
  }
}
