import type { Disposable } from "../base/disposable.js";
import { serviceToken } from "../base/service-token.js";
import type { v1 } from "../protocol/v1.js";

/**
 * Runs for leadership. `contend` resolves once this master leads; `lost` of its result settles when it no longer does,
 * and a master that has lost it ends its process.
 */
export interface Contender {
  contend(masterInfo: v1.MasterInfo): Promise<{
    /** Higher than every earlier leader's, where the contender can tell; else the registry counts. */
    readonly epoch?: number;
    readonly lost: Promise<string>;
  }>;
  dispose?(): Promise<void>;
}
export const Contender = serviceToken<Contender>("contracts/Contender");

/** Tells who leads now and whenever that changes; undefined while nobody does. */
export interface Detector {
  detect(onLeader: (leader: v1.MasterInfo | undefined) => void): Promise<Disposable>;
}
export const Detector = serviceToken<Detector>("contracts/Detector");

/** The one master that a standalone cluster has, as an agent is told of it. */
export interface MasterAddress {
  readonly hostname: string;
  readonly port: number;
}
export const MasterAddress = serviceToken<MasterAddress>("contracts/MasterAddress");
