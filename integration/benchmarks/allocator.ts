import { comeAndGo, events, suppressStorm } from "./allocator-churn.js";
import type { Roles } from "./allocator-cluster.js";
import { declined, fullCycle, multiFramework, quotas } from "./allocator-scenarios.js";
import type { Benchmark, BenchmarkCase, BenchmarkOptions, Figures } from "./benchmark.js";
import { calibration } from "./calibration.js";
import { offerSlices } from "./offer-slices.js";

const SHAPES: readonly Roles[] = ["role each", "one role"];
const FRAMEWORKS = 200;
const WARM_UP_MS = 1_000;
type Size = readonly [agents: number, frameworks: number];
type Scenario = (agents: number, frameworks: number, roles: Roles) => Figures;

const quick: readonly Size[] = [
  [500, 50],
  [1_000, 50],
];

/** One scenario at growing sizes, with a role for each framework and with one for all. */
function cases(scenario: Scenario, sizes: readonly Size[]): Benchmark["cases"] {
  return (options: BenchmarkOptions): readonly BenchmarkCase[] => {
    const own = options.isQuick ? quick : sizes;
    const chosen = options.agents?.map((count): Size => [count, FRAMEWORKS]) ?? own;
    return SHAPES.flatMap((roles) =>
      chosen.map(([agents, frameworks]) => ({
        name: `${agents} agents, ${frameworks} frameworks, ${roles}`,
        series: roles,
        size: agents * frameworks,
        run: () => scenario(agents, frameworks, roles),
      })),
    );
  };
}

/** The allocator alone, in CPU time: everything offered, and then nothing left to offer. */
export const allocationCycle: Benchmark = {
  name: "allocation-cycle",
  title: "B6: an allocation cycle that offers everything, and one with nothing left",
  mainFigure: "fullMs",
  baseline: calibration,
  rounds: 5,
  warmUpMs: WARM_UP_MS,
  cases: cases(fullCycle, [
    [1_000, 50],
    [10_000, 200],
    [10_000, 1_000],
    [20_000, 2_000],
    [50_000, 200],
  ]),
};

/** The allocator alone, when every framework has refused every agent. */
export const refusedAgents: Benchmark = {
  name: "refused-agents",
  title: "B7: cycles when every framework has refused every agent, and after one thing has changed",
  mainFigure: "allAgentsMs",
  baseline: calibration,
  rounds: 1,
  cases: cases(declined, [
    [2_000, 200],
    [10_000, 200],
    [10_000, 1_000],
  ]),
};

/** The allocator alone, with a quota for every role. */
export const allocatorQuotas: Benchmark = {
  name: "allocator-quotas",
  title: "B8: many small and some large quotas, and then nothing more to offer",
  mainFigure: "fullMs",
  baseline: calibration,
  rounds: 5,
  warmUpMs: WARM_UP_MS,
  cases: ({ isQuick }) =>
    (isQuick
      ? [[25, 5] as const]
      : ([
          [25, 5],
          [250, 50],
          [2_500, 500],
        ] as const)
    ).map(([small, large]) => ({
      name: `${small} small, ${large} large`,
      series: "quotas",
      size: small + large,
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
  warmUpMs: WARM_UP_MS,
  cases: () => [{ name: "80 agents", run: multiFramework }],
};

/** The allocator alone, while agents are added and removed. */
export const agentsComeAndGo: Benchmark = {
  name: "agents-come-and-go",
  title: "Agents that are added, offered and removed, all at once and one by one",
  mainFigure: "addAndOfferMs",
  baseline: calibration,
  rounds: 3,
  warmUpMs: WARM_UP_MS,
  cases: cases(comeAndGo, [
    [10_000, 200],
    [10_000, 1_000],
  ]),
};

/** The allocator alone, while frameworks suppress and revive. */
export const suppressStorms: Benchmark = {
  name: "suppress-storm",
  title: "Ninety-nine frameworks of a hundred suppress offers, and revive them",
  mainFigure: "stormMs",
  baseline: calibration,
  rounds: 5,
  warmUpMs: WARM_UP_MS,
  cases: cases(suppressStorm, [
    [1_000, 1_000],
    [10_000, 1_000],
  ]),
};

/** What single events cost in clusters of growing size. */
export const allocatorEvents: Benchmark = {
  name: "allocator-events",
  title: "One event and the cycle or run after it, while everything is on offer",
  mainFigure: "declineUs",
  baseline: calibration,
  rounds: 3,
  warmUpMs: WARM_UP_MS,
  cases: cases(events, [
    [1_000, 200],
    [10_000, 200],
    [50_000, 200],
  ]),
};

/** How long one slice of a cycle keeps a master from anything else: it makes the offers, and encodes them. */
export const allocationSlices: Benchmark = {
  name: "allocation-slices",
  title: "A master's slices of a cycle that offers everything, with the offers encoded as JSON",
  mainFigure: "longestMs",
  baseline: calibration,
  rounds: 5,
  warmUpMs: 4 * WARM_UP_MS,
  cases: cases(offerSlices, [
    [10_000, 1_000],
    [50_000, 200],
  ]),
};
