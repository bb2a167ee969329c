import { serviceToken } from "../base/service-token.js";

/** Where a master keeps its files. */
export interface MasterDirectories {
  /** Survives a reboot. */
  readonly workDir: string;
}
export const MasterDirectories = serviceToken<MasterDirectories>("contracts/MasterDirectories");
