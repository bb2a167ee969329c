import type { master } from "../../protocol/v1.js";
import { Resources } from "../../resources/resources.js";
import type { MasterState } from "../master-state.js";
import { tallyRoles } from "./role-tally.js";

/** The answer to GET_ROLES: the roles of `/roles`, with what is held or offered in each. */
export function getRoles(state: MasterState): master.Response.GetRoles {
  return {
    roles: Array.from(tallyRoles(state), ([name, { frameworks, allocated, offered }]) => ({
      name,
      weight: state.weights.get(name) ?? 1,
      frameworks: Array.from(frameworks, (value) => ({ value })),
      resources: Resources.sum([...allocated, ...offered]).toWire("endpoint"),
    })),
  };
}
