import "reflect-metadata";
import {
  declined,
  type Figures,
  fullCycle,
  multiFramework,
  quotas,
} from "./allocator-scenarios.js";
import { calibrate } from "./calibration.js";

const unit = calibrate();

/** Prints CPU milliseconds, and in parentheses as multiples of the calibration loop. */
function report(name: string, figures: Figures): void {
  const counts = new Set(["allocations", "rounds", "launched", "perOfferAndDeclineUs"]);
  const columns = Object.entries(figures).map(([figure, value]) =>
    counts.has(figure)
      ? `${figure} ${value.toFixed(figure.endsWith("Us") ? 1 : 0)}`
      : `${figure} ${value.toFixed(1)} ms (${(value / unit).toFixed(2)})`,
  );
  const rss = Math.round(process.memoryUsage().rss / 1e6);
  console.log(`${name.padEnd(40)} ${columns.join("  ")}  rss ${rss} MB`);
}

const sizes: readonly (readonly [number, number])[] = [
  [1_000, 50],
  [1_000, 1_000],
  [5_000, 200],
  [10_000, 200],
  [10_000, 1_000],
  [20_000, 2_000],
  [50_000, 200],
];
const scenarios: Readonly<Record<string, () => void>> = {
  "full-cycle": () => {
    for (const roles of ["one role", "role each"] as const) {
      for (const [agents, frameworks] of sizes) {
        fullCycle(200, 50, roles);
        report(`B6 ${agents} x ${frameworks}, ${roles}`, fullCycle(agents, frameworks, roles));
      }
    }
  },
  declined: () => {
    for (const roles of ["one role", "role each"] as const) {
      for (const [agents, frameworks] of [
        [1_000, 50],
        [2_000, 200],
        [10_000, 200],
      ] as const) {
        report(`B7 ${agents} x ${frameworks}, ${roles}`, declined(agents, frameworks, roles));
      }
    }
  },
  quotas: () => {
    for (const [small, large] of [
      [25, 5],
      [250, 50],
      [2_500, 500],
    ] as const) {
      report(`B8 ${small} + ${large} quotas`, quotas(small, large));
    }
  },
  "multi-framework": () => report("B9 19,500 tasks of 554 frameworks", multiFramework()),
};

console.log(`calibration ${unit.toFixed(1)} ms`);
const chosen = process.argv.slice(2);
for (const [name, run] of Object.entries(scenarios)) {
  if (chosen.length === 0 || chosen.includes(name)) run();
}
