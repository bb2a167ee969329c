import { declined, fullCycle, multiFramework, quotas, type Roles } from "./allocator-scenarios.js";
import type { Benchmark, BenchmarkCase } from "./benchmark.js";
import { calibration } from "./calibration.js";

const SHAPES: readonly Roles[] = ["one role", "role each"];
const FRAMEWORKS = 200;
type Size = readonly [agents: number, frameworks: number];
const fullCycles: readonly Size[] = [
  [1_000, 50],
  [1_000, 1_000],
  [5_000, 200],
  [10_000, 200],
  [10_000, 1_000],
  [20_000, 2_000],
  [50_000, 200],
];
const refusals: readonly Size[] = [
  [1_000, 50],
  [2_000, 200],
  [10_000, 200],
];
const quotaCounts: readonly Size[] = [
  [25, 5],
  [250, 50],
  [2_500, 500],
];

function cases(
  sizes: readonly Size[],
  agents: readonly number[] | undefined,
  run: (agents: number, frameworks: number, roles: Roles) => ReturnType<BenchmarkCase["run"]>,
): readonly BenchmarkCase[] {
  const chosen = agents?.map((count): Size => [count, FRAMEWORKS]) ?? sizes;
  return SHAPES.flatMap((roles) =>
    chosen.map(([count, frameworks]) => ({
      name: `${count} agents, ${frameworks} frameworks, ${roles}`,
      run: () => run(count, frameworks, roles),
    })),
  );
}

/** The allocator alone, in CPU time: everything offered, and then nothing left to offer. */
export const allocationCycle: Benchmark = {
  name: "allocation-cycle",
  title: "B6: an allocation cycle that offers everything, and one with nothing left",
  mainFigure: "fullMs",
  baseline: calibration,
  rounds: 5,
  cases: ({ agents }) => cases(fullCycles, agents, fullCycle),
};

/** The allocator alone, when every framework has refused every agent. */
export const refusedAgents: Benchmark = {
  name: "refused-agents",
  title: "B7: cycles when every framework has refused every agent, and after one thing has changed",
  mainFigure: "nothingChangedMs",
  baseline: calibration,
  rounds: 1,
  cases: ({ agents }) => cases(refusals, agents, declined),
};

/** The allocator alone, with a quota for every role. */
export const allocatorQuotas: Benchmark = {
  name: "allocator-quotas",
  title: "B8: many small and some large quotas, and then nothing more to offer",
  mainFigure: "fullMs",
  baseline: calibration,
  rounds: 5,
  cases: () =>
    quotaCounts.map(([small, large]) => ({
      name: `${small} small, ${large} large`,
      run: () => quotas(small, large),
    })),
};

/** The allocator under frameworks of three kinds, until all they want runs. */
export const multiFrameworkAllocations: Benchmark = {
  name: "multi-framework",
  title: "B9: 19,500 tasks of 554 frameworks of three kinds",
  mainFigure: "allMs",
  baseline: calibration,
  rounds: 5,
  cases: () => [{ name: "80 agents", run: multiFramework }],
};
