import { MessageError } from "./message-error.js";
import { type MessageName, planOf } from "./plan.js";

/** The types whose member, as in Mesos, may be left out: every field in it is optional. */
const OPTIONAL_MEMBERS: Readonly<Partial<Record<MessageName, readonly string[]>>> = {
  "mesos.v1.scheduler.Call": ["REVIVE", "SUPPRESS"],
  "mesos.v1.agent.Call": ["GET_CONTAINERS", "PRUNE_IMAGES"],
};

/**
 * Refuses a call, event or the like whose `type` is not set, or which lacks the member that its type needs: `accept` for
 * `ACCEPT`. A type without such a member in the schema needs none. Members of other types are ignored, as in Mesos.
 */
export function validateUnion(name: MessageName, union: { readonly type?: string }): void {
  if (union.type === undefined) throw MessageError.missing("type");
  const member = union.type.toLowerCase();
  if ((union as Readonly<Record<string, unknown>>)[member] !== undefined) return;
  if (OPTIONAL_MEMBERS[name]?.includes(union.type)) return;
  if (planOf(name).fields.some((field) => field.name === member))
    throw new MessageError(`required for ${union.type}, but not set`).within(`.${member}`);
}
