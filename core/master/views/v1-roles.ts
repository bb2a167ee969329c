import type { master } from "../../protocol/v1.js";
import { Resources } from "../../resources/resources.js";
import type { Framework, MasterState } from "../master-state.js";

/** The answer to GET_ROLES: every role that has frameworks or a weight of its own. */
export function getRoles(state: MasterState): master.Response.GetRoles {
  const byRole = new Map<string, Framework[]>();
  for (const role of state.weights.keys()) byRole.set(role, []);
  for (const framework of state.frameworks.values())
    for (const role of framework.roles) {
      const frameworks = byRole.get(role) ?? [];
      frameworks.push(framework);
      byRole.set(role, frameworks);
    }
  return {
    roles: Array.from(byRole, ([name, frameworks]) => ({
      name,
      weight: state.weights.get(name) ?? 1,
      frameworks: frameworks.map(({ id }) => ({ value: id })),
      resources: heldIn(name, frameworks).toWire("endpoint"),
    })),
  };
}

/** What the frameworks' tasks and offers hold in the role's name. */
function heldIn(role: string, frameworks: readonly Framework[]): Resources {
  return Resources.sum(
    frameworks.flatMap((framework) => [
      ...Array.from(framework.tasks.values()).flatMap((task) =>
        task.terminated ? [] : [task.resources],
      ),
      ...Array.from(framework.offers.values(), ({ resources }) => resources),
    ]),
  ).filter(({ allocationRole }) => allocationRole === role);
}
