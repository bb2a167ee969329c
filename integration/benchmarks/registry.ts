import type { Benchmark } from "./benchmark.js";
import { containers } from "./containers.js";
import { floor } from "./floor.js";
import { state } from "./state.js";

/** Every benchmark there is, in the order in which they run. */
export const registry: readonly Benchmark[] = [floor, state, containers];
