/** What the agent counts, under Mesos' names without the `slave/` in front. */
export type AgentCounter =
  | `tasks_${"finished" | "failed" | "killed" | "lost" | "gone"}`
  | "executors_terminated"
  | "executors_preempted"
  | `${"valid" | "invalid"}_status_updates`
  | `${"valid" | "invalid"}_framework_messages`
  | "container_launch_errors"
  | "recovery_errors";

/** The agent's counters; gauges are computed when they are read (views/metrics). */
export class AgentMetrics {
  readonly counters = new Map<AgentCounter, number>();

  increment(name: AgentCounter): void {
    this.counters.set(name, (this.counters.get(name) ?? 0) + 1);
  }
}
