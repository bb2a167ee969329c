/** What the tests use of the npm package `mesos-framework`, which brings no types. */
declare module "mesos-framework" {
  import type { EventEmitter } from "node:events";

  export interface Status {
    readonly task_id: { readonly value: string };
    readonly agent_id: { readonly value: string };
    readonly state: string;
  }

  export class Scheduler extends EventEmitter {
    constructor(options: object);
    subscribe(): void;
    kill(taskId: string, agentId: string): void;
    teardown(): void;
  }

  export const Mesos: {
    getMesos(): { readonly CommandInfo: new (...fields: readonly unknown[]) => object };
  };
}
