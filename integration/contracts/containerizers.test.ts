import { silentLogger } from "../../core/base/logger.js";
import { SystemClock } from "../../core/node/system-clock.js";
import { SandboxContainerLogger } from "../../modules/container-loggers/sandbox.js";
import { PosixContainerizer } from "../../modules/containerizers/posix.js";
import { PosixFilesystemIsolator } from "../../modules/isolators/filesystem/posix.js";
import { PosixCpuIsolator } from "../../modules/isolators/posix/cpu.js";
import { PosixMemIsolator } from "../../modules/isolators/posix/mem.js";
import { PosixLauncher } from "../../modules/launchers/posix.js";
import { describeContainerizer } from "./containerizer.contract.js";

describeContainerizer(
  "posix",
  (directories) =>
    new PosixContainerizer(
      [new PosixFilesystemIsolator(), new PosixCpuIsolator(), new PosixMemIsolator()],
      new PosixLauncher(directories),
      new SandboxContainerLogger(),
      silentLogger,
      new SystemClock(),
    ),
);
