import type { Benchmark, BenchmarkCase, Figures } from "./benchmark.js";
import type { CaseReport } from "./case-process.js";

/** One case as it is reported: medians of its rounds. */
export interface CaseResult {
  readonly benchmark: string;
  readonly case: string;
  readonly rounds: number;
  readonly figures: Figures;
  /** The lowest and the highest round of the main figure. */
  readonly range: readonly [lowest: number, highest: number];
  /** The main figure as a multiple of that of the next smaller case of its series. */
  readonly growth?: number;
  /** The main figure as a multiple of the benchmark's baseline, measured just before it. */
  readonly ratio?: number;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakMemoryMib: number;
  readonly load: number;
}

/** Puts the reports of a benchmark's cases together, in the order of its cases. */
export function toResults(
  benchmark: Benchmark,
  cases: readonly BenchmarkCase[],
  reports: readonly CaseReport[],
): readonly CaseResult[] {
  const figures = reports.map(({ rounds }) => medians(rounds));
  return reports.map((report, i) => {
    const main = figures[i]?.[benchmark.mainFigure] ?? Number.NaN;
    const { rounds, baseline, wallMs, cpuMs, peakMemoryMib, load } = report;
    const values = rounds.map((one) => one[benchmark.mainFigure] ?? Number.NaN);
    const smaller = figures[previousOfSeries(cases, i)]?.[benchmark.mainFigure];
    return {
      benchmark: benchmark.name,
      case: cases[i]?.name ?? "",
      rounds: rounds.length,
      figures: figures[i] ?? {},
      range: [Math.min(...values), Math.max(...values)],
      ...(smaller !== undefined && { growth: main / smaller }),
      ...(baseline !== undefined && { ratio: main / baseline }),
      wallMs,
      cpuMs,
      peakMemoryMib,
      load,
    };
  });
}

function previousOfSeries(cases: readonly BenchmarkCase[], index: number): number {
  const series = cases[index]?.series;
  if (series === undefined) return -1;
  return cases.slice(0, index).findLastIndex((one) => one.series === series);
}

function medians(rounds: readonly Figures[]): Figures {
  const names = Object.keys(rounds[0] ?? {});
  return Object.fromEntries(
    names.map((name) => [name, median(rounds.map((round) => round[name] ?? Number.NaN))]),
  );
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted.length >> 1;
  const lower = (sorted.length - 1) >> 1;
  return ((sorted[lower] ?? Number.NaN) + (sorted[upper] ?? Number.NaN)) / 2;
}
