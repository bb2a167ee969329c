import "reflect-metadata";
import { loadavg } from "node:os";
import type { BenchmarkOptions, Figures } from "./benchmark.js";
import { cpuMs } from "./calibration.js";
import { registry } from "./registry.js";

/** Which case a process runs: its parent says so in one message. */
export interface CaseOrder {
  readonly benchmark: string;
  readonly index: number;
  readonly rounds: number;
  readonly options: BenchmarkOptions;
}

/** What the process of one case answers with. */
export interface CaseReport {
  readonly rounds: readonly Figures[];
  readonly baseline?: number;
  /** Of the process of the case, all rounds together, without the processes it has started. */
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakMemoryMib: number;
  /** The machine's, over the last minute. */
  readonly load: number;
}

async function run(order: CaseOrder): Promise<CaseReport> {
  const benchmark = registry.find(({ name }) => name === order.benchmark);
  const chosen = benchmark?.cases(order.options)[order.index];
  if (benchmark === undefined || chosen === undefined) throw new Error("no such case");
  const baseline = await benchmark.baseline?.measure();
  const warmUntilMs = cpuMs() + (order.options.isQuick ? 0 : (benchmark.warmUpMs ?? 0));
  while (cpuMs() < warmUntilMs) await chosen.run();
  const startedMs = performance.now();
  const startedCpuMs = cpuMs();
  const rounds: Figures[] = [];
  for (let i = 0; i < order.rounds; i++) rounds.push(await chosen.run());
  return {
    rounds,
    ...(baseline !== undefined && { baseline }),
    wallMs: performance.now() - startedMs,
    cpuMs: cpuMs() - startedCpuMs,
    peakMemoryMib: process.resourceUsage().maxRSS / 1024,
    load: loadavg()[0] ?? 0,
  };
}

process.once("message", (order: CaseOrder) => {
  run(order).then(
    (report) => process.send?.(report, () => process.exit(0)),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
