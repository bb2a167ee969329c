/** What the agent asks of its spawner. `launch` is a number that the agent gives each. */
export type SpawnerRequest =
  | ({ readonly type: "SPAWN" } & ShimOrder)
  /** Lets the container's first process go on to its command. */
  | { readonly type: "RELEASE"; readonly launch: number };

export interface ShimOrder {
  readonly launch: number;
  readonly containerId: string;
  /** The shim's own, with the command file in it. */
  readonly directory: string;
  readonly stdout: string;
  readonly stderr: string;
}

/** What the spawner tells the agent: first STARTED or FAILED, after STARTED also EXITED. */
export type SpawnerReport =
  /** The container's first process waits to be released. */
  | {
      readonly type: "STARTED";
      readonly launch: number;
      readonly shimPid: number;
      readonly pid: number;
    }
  /** It was not started, and nothing of it runs; without a message the shim has written down why. */
  | { readonly type: "FAILED"; readonly launch: number; readonly message?: string }
  /** The shim has ended. */
  | { readonly type: "EXITED"; readonly launch: number };
