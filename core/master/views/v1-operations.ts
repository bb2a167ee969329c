import type { master } from "../../protocol/v1.js";
import type { MasterState } from "../master-state.js";

/** The answer to GET_OPERATIONS. */
export function getOperations(state: MasterState): master.Response.GetOperations {
  const operations = Array.from(state.agents.values(), (agent) =>
    Array.from(agent.operations.values(), ({ wire }) => wire),
  );
  return { operations: operations.flat() };
}
