import type { v1 } from "../protocol/v1.js";
import { parseResources } from "./parse-resources.js";
import { Resources } from "./resources.js";

/** What a machine has, as far as it could be found out. */
export interface MachineFacts {
  readonly cpus?: number | undefined;
  readonly memoryBytes?: number | undefined;
  /** The size of the file system that holds the work directory. */
  readonly diskBytes?: number | undefined;
}

const MEBIBYTE = 1024 * 1024;
const GIBIBYTE_IN_MIB = 1024;

/**
 * An agent's resources: those given, and for each predefined name that was not given at all, what the machine has, less
 * a part for everything else that runs there. A name that was given, even with 0, is left alone.
 * @throws KernelError for text that does not parse.
 */
export function detectResources(text: string, defaultRole: string, facts: MachineFacts): Resources {
  const given = parseResources(text, defaultRole);
  const names = new Set(given.map(({ name }) => name));
  const missing = defaults(facts).filter(({ name }) => !names.has(name));
  const reserve = defaultRole === "*" ? {} : { role: defaultRole };
  return Resources.fromWire([...given, ...missing.map((one) => ({ ...one, ...reserve }))]);
}

function defaults({ cpus, memoryBytes, diskBytes }: MachineFacts): readonly v1.Resource[] {
  return [
    scalar("cpus", cpus ?? 1),
    scalar("mem", memoryBytes === undefined ? GIBIBYTE_IN_MIB : allBut(1, memoryBytes)),
    scalar("disk", diskBytes === undefined ? 10 * GIBIBYTE_IN_MIB : allBut(5, diskBytes)),
    { name: "ports", type: "RANGES", ranges: { range: [{ begin: 31_000, end: 32_000 }] } },
  ];
}

/** In MiB: all but so many GiB, or half of it where that would leave less. */
function allBut(gibibytes: number, bytes: number): number {
  const mebibytes = Math.floor(bytes / MEBIBYTE);
  const rest = gibibytes * GIBIBYTE_IN_MIB;
  return mebibytes >= 2 * rest ? mebibytes - rest : Math.floor(mebibytes / 2);
}

function scalar(name: string, value: number): v1.Resource {
  return { name, type: "SCALAR", scalar: { value } };
}
