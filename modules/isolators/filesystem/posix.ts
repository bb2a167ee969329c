import { injectable } from "inversify";
import type { ContainerId } from "../../../core/base/ids.js";
import type { ContainerConfig, ContainerLaunchInfo } from "../../../core/contracts/container.js";
import type { Isolator } from "../../../core/contracts/isolator.js";
import { defineModule } from "../../../core/kernel/module.js";

/** The host's file system, seen as it is: a container works in its sandbox and is kept out of nothing. */
@injectable()
export class PosixFilesystemIsolator implements Isolator {
  async prepare(_containerId: ContainerId, config: ContainerConfig): Promise<ContainerLaunchInfo> {
    return { workingDirectory: config.directory };
  }
}

export default defineModule({
  kind: "isolator",
  name: "filesystem/posix",
  apiVersion: 1,
  description: "Containers share the host's file system and work in their sandbox",
  stage: "filesystem",
  implementation: PosixFilesystemIsolator,
});
