/** Counters under Mesos' names without the `master/` in front; gauges are computed when they are read (views/metrics). */
export class MasterMetrics {
  readonly counters = new Map<string, number>();

  increment(name: string, by = 1): void {
    this.counters.set(name, (this.counters.get(name) ?? 0) + by);
  }
}
