import { injectable } from "inversify";
import type { Disposable } from "../../core/base/disposable.js";
import { hostPort } from "../../core/base/host-port.js";
import { inject } from "../../core/base/service-token.js";
import { type Detector, MasterAddress } from "../../core/contracts/leadership.js";
import { defineModule } from "../../core/kernel/module.js";
import type { v1 } from "../../core/protocol/v1.js";

/** Knows the one master there is by its configured address; what it is called, it says itself. */
@injectable()
export class StandaloneDetector implements Detector {
  constructor(@inject(MasterAddress) private readonly address: MasterAddress) {}

  async detect(onLeader: (leader: v1.MasterInfo) => void): Promise<Disposable> {
    const { hostname, port } = this.address;
    const pid = `master@${hostPort(hostname, port)}`;
    onLeader({ id: pid, ip: 0, port, pid, hostname, address: { hostname, port } });
    return { dispose: () => {} };
  }
}

export default defineModule({
  kind: "detector",
  name: "standalone",
  apiVersion: 1,
  description: "Takes the configured address for the master's",
  implementation: StandaloneDetector,
});
