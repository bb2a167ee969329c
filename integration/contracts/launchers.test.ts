import { PosixLauncher } from "../../modules/launchers/posix.js";
import { describeLauncher } from "./launcher.contract.js";

describeLauncher("posix", (directories) => new PosixLauncher(directories));
