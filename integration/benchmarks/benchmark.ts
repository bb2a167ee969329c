/** What one round has measured, by names that end with their unit: `launchedPerSecond`, `fullCycleMs`, `masterCpuPercent`. */
export type Figures = Readonly<Record<string, number>>;

/** What the command line asks of every benchmark. */
export interface BenchmarkOptions {
  /** Numbers of agents instead of the benchmark's own. */
  readonly agents: readonly number[] | undefined;
  /** Small sizes alone, to see whether a benchmark works. */
  readonly isQuick: boolean;
}

/** One row of a benchmark's table. It runs in a process of its own, several rounds one after the other. */
export interface BenchmarkCase {
  readonly name: string;
  /** Cases of one series are the same thing at growing sizes; the table says how the main figure grows with them. */
  readonly series?: string;
  readonly size?: number;
  run(): Figures | Promise<Figures>;
}

/** Something that a machine does anyway, as a measure for how fast the machine is at that moment. */
export interface Baseline {
  readonly name: string;
  measure(): number | Promise<number>;
}

/** A benchmark: add it to `registry.ts`, and `npm run bench -- <name>` runs it. */
export interface Benchmark {
  readonly name: string;
  readonly title: string;
  /** The figure whose growth and ratio to the baseline are shown. */
  readonly mainFigure: string;
  /** Measured in the process of each case, before its first round. */
  readonly baseline?: Baseline;
  /** How many rounds each case runs unless the command line says otherwise; the table shows medians. */
  readonly rounds: number;
  /** CPU milliseconds that a case spends on rounds that do not count, so that its code is compiled before it is measured. */
  readonly warmUpMs?: number;
  cases(options: BenchmarkOptions): readonly BenchmarkCase[];
}
