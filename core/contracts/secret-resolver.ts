import { serviceToken } from "../base/service-token.js";
import type { v1 } from "../protocol/v1.js";

/** Turns a reference to a secret into its bytes, on the agent, just before the container needs it. */
export interface SecretResolver {
  resolve(secret: v1.Secret): Promise<v1.Secret.Value>;
}
export const SecretResolver = serviceToken<SecretResolver>("contracts/SecretResolver");
