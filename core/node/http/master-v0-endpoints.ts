import { hostPort } from "../../base/host-port.js";
import { v0Frameworks } from "../../master/views/v0-frameworks.js";
import { v0Slaves } from "../../master/views/v0-slaves.js";
import { v0State } from "../../master/views/v0-state.js";
import { v0StateSummary } from "../../master/views/v0-summary.js";
import { type TaskQuery, v0Tasks } from "../../master/views/v0-tasks.js";
import type { Endpoint, Exchange } from "./endpoint.js";
import { leadershipGate, redirect } from "./leadership-gate.js";
import type { MasterOperatorApiOptions } from "./master-operator-api.js";
import { operatorForms } from "./operator-forms.js";
import { quotaEndpoints } from "./quota-endpoints.js";
import { sendRefusal } from "./refusal.js";
import { type View, viewEndpoint } from "./view-endpoints.js";

const DEFAULT_TASK_LIMIT = 100;

/** The endpoints of a master that are older than its operator API. */
export function masterV0Endpoints(options: MasterOperatorApiOptions): readonly Endpoint[] {
  const { state, leadership } = options;
  const gate = leadershipGate(leadership);
  const ofLeader = (path: string, view: View) =>
    viewEndpoint(path, view, { realm: "readonly", gate });
  return [
    ofLeader("/state", () => v0State(state(), options)),
    ofLeader("/state-summary", () => v0StateSummary(state())),
    ofLeader("/slaves", ({ slave_id }) => v0Slaves(state(), slave_id)),
    ofLeader("/frameworks", ({ framework_id }) => v0Frameworks(state(), framework_id)),
    ofLeader("/tasks", (query) => v0Tasks(state(), taskQuery(query))),
    ...operatorForms(options),
    ...quotaEndpoints(options),
    { path: "/redirect", methods: ["GET"], handle: (exchange) => toLeader(options, exchange) },
  ];
}

function taskQuery(query: Readonly<Record<string, string | undefined>>): TaskQuery {
  const { framework_id, task_id, limit, offset, order } = query;
  const wanted = Number(limit ?? DEFAULT_TASK_LIMIT);
  return {
    frameworkId: framework_id,
    taskId: task_id,
    limit: wanted < 0 || Number.isNaN(wanted) ? Number.POSITIVE_INFINITY : wanted,
    offset: Math.max(0, Number(offset ?? 0) || 0),
    ascending: order === "asc",
  };
}

/** Sends a client to the leader's base URL, also from the leader itself. */
function toLeader(
  { leadership, state }: MasterOperatorApiOptions,
  { request, reply }: Exchange,
): void {
  const now = leadership();
  if (now.type === "FOLLOWING") {
    sendRefusal(reply, redirect(`//${hostPort(now.hostname, now.port)}`));
  } else if (now.type === "NO_LEADER") {
    sendRefusal(reply, leadershipGate(leadership)(request) ?? redirect("/"));
  } else {
    const { hostname = "", port } = state().settings.masterInfo;
    sendRefusal(reply, redirect(`//${hostPort(hostname, port)}`));
  }
}
