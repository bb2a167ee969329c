import { randomInt } from "node:crypto";
import type { Random } from "../base/random.js";

/** Chance from the operating system: what it draws cannot be guessed. */
export const systemRandom: Random = {
  integer: (limit) => (limit <= 1 ? 0 : randomInt(limit)),
};
