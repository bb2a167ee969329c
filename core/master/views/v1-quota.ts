import type { master, quota, v1 } from "../../protocol/v1.js";
import { quantitiesToWire, type ResourceQuantities } from "../../resources/quantities.js";
import type { MasterState } from "../master-state.js";

/** The answer to GET_QUOTA: `configs`, and for older clients `infos` with the guarantees as resources. */
export function getQuota({ quotas }: MasterState): master.Response.GetQuota {
  const configs: quota.QuotaConfig[] = [];
  const infos: quota.QuotaInfo[] = [];
  for (const [role, { guarantees, limits }] of quotas) {
    configs.push({
      role,
      guarantees: quantitiesToWire(guarantees),
      limits: quantitiesToWire(limits),
    });
    infos.push({ role, guarantee: toScalars(guarantees) });
  }
  return { status: { configs, infos } };
}

/** The answer to GET_WEIGHTS: the roles whose weight was set. */
export function getWeights({ weights }: MasterState): master.Response.GetWeights {
  return { weight_infos: Array.from(weights, ([role, weight]) => ({ role, weight })) };
}

function toScalars(quantities: ResourceQuantities): readonly v1.Resource[] {
  return Array.from(quantities, ([name, milli]) => ({
    name,
    type: "SCALAR",
    scalar: { value: milli / 1000 },
  }));
}
