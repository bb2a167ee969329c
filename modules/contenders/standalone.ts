import { injectable } from "inversify";
import type { Contender } from "../../core/contracts/leadership.js";
import { defineModule } from "../../core/kernel/module.js";

/** Leads at once and for good: there is no other master. */
@injectable()
export class StandaloneContender implements Contender {
  async contend(): Promise<{ readonly lost: Promise<string> }> {
    return { lost: new Promise(() => {}) };
  }
}

export default defineModule({
  kind: "contender",
  name: "standalone",
  apiVersion: 1,
  description: "Leads at once: the cluster has one master",
  implementation: StandaloneContender,
});
