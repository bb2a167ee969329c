import { serviceToken } from "../base/service-token.js";
import type { Principal } from "./principal.js";

/** What is to be done to what; `object` is absent where the question is about any object. */
export interface AuthorizationObject {
  readonly value?: string;
}
/** Decides for one principal and one action. Synchronous and without I/O: machines keep it and ask it. */
export interface ObjectApprover {
  approved(object: AuthorizationObject | undefined): boolean;
}
/** Looking an approver up may wait; asking it may not. `action` is a name of Mesos' table, e.g. `RUN_TASK`. */
export interface Authorizer {
  getApprover(subject: Principal | undefined, action: string): Promise<ObjectApprover>;
}
export const Authorizer = serviceToken<Authorizer>("contracts/Authorizer");
