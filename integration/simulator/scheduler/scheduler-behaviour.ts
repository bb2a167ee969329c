/** What a simulated scheduler is like. Probabilities run from 0 to 1. */
export interface SchedulerBehaviour {
  readonly name: string;
  readonly role: string;
  readonly partitionAware: boolean;
  readonly checkpoint: boolean;
  readonly failoverTimeoutMs: number;
  /** How many jobs it has to run, and over which time they arrive. */
  readonly jobs: number;
  readonly jobArrivalMs: number;
  readonly maxCpus: number;
  readonly minRunMs: number;
  readonly maxRunMs: number;
  /** How likely a job cannot be launched, ends with an exit code, ignores SIGTERM, or runs until it is killed. */
  readonly failsToLaunch: number;
  readonly failsToRun: number;
  readonly stubborn: number;
  readonly endless: number;
  /** How likely a job that would end by itself is killed before. */
  readonly killed: number;
  /** How likely a job runs under a custom executor. */
  readonly customExecutor: number;
  /** How likely an acknowledgement is late (by up to `maxLateMs`), never sent, sent twice, or for an unknown update. */
  readonly lateAcknowledgement: number;
  readonly maxLateMs: number;
  readonly lostAcknowledgement: number;
  readonly repeatedAcknowledgement: number;
  readonly strayAcknowledgement: number;
  /** How likely an offer is kept for up to `maxLateMs` before it is answered. */
  readonly hoarding: number;
  /** The longest refusal in a DECLINE. */
  readonly maxRefuseMs: number;
  readonly reconcileIntervalMs: number;
  /** Whether it runs the job of an unreachable task again, and kills the task if it comes back. */
  readonly replacesUnreachable: boolean;
  /** Whether it trusts a KILL that was answered: only where no master restarts, which would forget it. */
  readonly killsOnce: boolean;
  /** How likely it makes reservations and volumes of an offer's disk, or gives them up, before it uses the rest. */
  readonly reserves: number;
  /** Whether it suppresses offers while it has nothing to run. */
  readonly suppresses: boolean;
}

/** A scheduler that makes no mistakes: two short jobs, acknowledged at once. */
export const plainScheduler: SchedulerBehaviour = {
  name: "batch",
  role: "*",
  partitionAware: true,
  checkpoint: true,
  failoverTimeoutMs: 7 * 24 * 3_600_000,
  jobs: 2,
  jobArrivalMs: 0,
  maxCpus: 1,
  minRunMs: 5_000,
  maxRunMs: 10_000,
  failsToLaunch: 0,
  failsToRun: 0,
  stubborn: 0,
  endless: 0,
  killed: 0,
  customExecutor: 0,
  lateAcknowledgement: 0,
  maxLateMs: 0,
  lostAcknowledgement: 0,
  repeatedAcknowledgement: 0,
  strayAcknowledgement: 0,
  hoarding: 0,
  maxRefuseMs: 5_000,
  reconcileIntervalMs: 60_000,
  replacesUnreachable: false,
  killsOnce: false,
  reserves: 0,
  suppresses: false,
};
