import type { Benchmark } from "./benchmark.js";
import type { CaseResult } from "./result.js";

/** Prints a benchmark's results as a table in Markdown, which reads well in a terminal and in a document. */
export function formatTable(benchmark: Benchmark, results: readonly CaseResult[]): string {
  const names = [...new Set(results.flatMap(({ figures }) => Object.keys(figures)))];
  const hasGrowth = results.some(({ growth }) => growth !== undefined);
  const hasRatio = results.some(({ ratio }) => ratio !== undefined);
  const header = [
    benchmark.name,
    ...names.map(words),
    ...(hasGrowth ? ["growth"] : []),
    ...(hasRatio ? [`ratio to ${benchmark.baseline?.name ?? ""}`] : []),
    "wall s",
    "cpu s",
    "peak MiB",
    "load",
  ];
  const rows = results.map((result) => [
    result.case,
    ...names.map((name) => figure(result.figures[name])),
    ...(hasGrowth ? [figure(result.growth)] : []),
    ...(hasRatio ? [figure(result.ratio)] : []),
    figure(result.wallMs / 1000),
    figure(result.cpuMs / 1000),
    figure(result.peakMemoryMib),
    figure(result.load),
  ]);
  return align([header, ...rows]);
}

/** `launchedPerSecond` as `launched/s`, `fullCycleMs` as `full cycle ms`. */
function words(name: string): string {
  return name
    .replace(/PerSecond$/, "/s")
    .replace(/Percent$/, " %")
    .replace(/Us$/, " µs")
    .replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function figure(value: number | undefined): string {
  if (value === undefined) return "";
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString("en-US", { maximumFractionDigits: digits });
}

function align(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(" | ")} |`;
  const [header = [], ...body] = rows;
  const rule = `|${widths.map((width, i) => (i === 0 ? "-".repeat(width + 2) : `${"-".repeat(width + 1)}:`)).join("|")}|`;
  return [line(header), rule, ...body.map(line)].join("\n");
}
