import { SandboxContainerLogger } from "../../modules/container-loggers/sandbox.js";
import { describeContainerLogger } from "./container-logger.contract.js";

describeContainerLogger("sandbox", () => new SandboxContainerLogger());
