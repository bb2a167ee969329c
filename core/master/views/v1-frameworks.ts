import type { AgentId } from "../../base/ids.js";
import type { master, v1 } from "../../protocol/v1.js";
import type { MasterState, Offer } from "../master-state.js";
import {
  type FrameworkSnapshot,
  snapshotCompletedFrameworks,
  snapshotFrameworks,
} from "./snapshots.js";
import { offeredBy, sumOf, toTimeInfo } from "./v1-agents.js";

/** The answer to GET_FRAMEWORKS. */
export function getFrameworks(state: MasterState): master.Response.GetFrameworks {
  const hostnameOf = (id: AgentId): string => state.agents.get(id)?.info.hostname ?? "";
  const toFramework = (framework: FrameworkSnapshot) =>
    frameworkView(
      framework,
      framework.offers.map((offer) => offerView(offer, hostnameOf(offer.agentId))),
    );
  return {
    frameworks: snapshotFrameworks(state).map(toFramework),
    completed_frameworks: snapshotCompletedFrameworks(state).map(toFramework),
  };
}

function frameworkView(
  framework: FrameworkSnapshot,
  offers: readonly v1.Offer[],
): master.Response.GetFrameworks.Framework {
  const { reregisteredTimeMs, unregisteredTimeMs, offerConstraints } = framework;
  return {
    framework_info: framework.info,
    active: framework.connected,
    connected: framework.connected,
    recovered: framework.recovered,
    registered_time: toTimeInfo(framework.registeredTimeMs),
    ...(reregisteredTimeMs !== undefined && { reregistered_time: toTimeInfo(reregisteredTimeMs) }),
    ...(unregisteredTimeMs !== undefined && { unregistered_time: toTimeInfo(unregisteredTimeMs) }),
    offers,
    get allocated_resources() {
      return sumOf(framework.used);
    },
    get offered_resources() {
      return offeredBy(framework);
    },
    ...(offerConstraints !== undefined && { offer_constraints: offerConstraints }),
  };
}

function offerView(offer: Offer, hostname: string): v1.Offer {
  return {
    id: { value: offer.id },
    framework_id: { value: offer.frameworkId },
    agent_id: { value: offer.agentId },
    hostname,
    get resources() {
      return offer.resources.toWire("endpoint");
    },
    allocation_info: { role: offer.role },
  };
}
