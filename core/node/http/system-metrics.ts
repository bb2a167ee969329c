import { cpus, freemem, loadavg, totalmem } from "node:os";

/** What `/system/stats.json` says of the machine. */
export function systemStats(): Readonly<Record<string, number>> {
  const [one = 0, five = 0, fifteen = 0] = loadavg();
  return {
    avg_load_1min: one,
    avg_load_5min: five,
    avg_load_15min: fifteen,
    cpus_total: cpus().length,
    mem_total_bytes: totalmem(),
    mem_free_bytes: freemem(),
  };
}

/** The same, under the names of `/metrics/snapshot`. */
export function systemMetrics(): Readonly<Record<string, number>> {
  const [one = 0, five = 0, fifteen = 0] = loadavg();
  return {
    "system/load_1min": one,
    "system/load_5min": five,
    "system/load_15min": fifteen,
    "system/cpus_total": cpus().length,
    "system/mem_total_bytes": totalmem(),
    "system/mem_free_bytes": freemem(),
  };
}
