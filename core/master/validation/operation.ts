import type { v1 } from "../../protocol/v1.js";
import {
  applyConversions,
  type ResourceConversion,
  unallocated,
} from "../../resources/conversions.js";
import { Resources } from "../../resources/resources.js";
import { toMilli } from "../../resources/scalar.js";
import { validateResources } from "../../resources/validate-resources.js";
import type { Agent, Framework } from "../master-state.js";

/** What an operation is checked against. Without a framework it is an operator's. */
export interface OperationContext {
  readonly agent: Agent;
  readonly framework?: Framework;
  readonly principal?: string | undefined;
}

/**
 * The first reason for which an operation on an agent's resources is refused; undefined if there is none. Presupposes
 * the newer format of reservations. Whether the resources are there is the caller's to see.
 */
export function operationProblem(
  operation: v1.Offer.Operation,
  context: OperationContext,
): string | undefined {
  const unable = capabilityProblem(operation, context.agent);
  if (unable !== undefined) return unable;
  switch (operation.type) {
    case "RESERVE":
      return reserveProblem(operation.reserve ?? {}, context);
    case "UNRESERVE":
      return unreserveProblem(operation.unreserve?.resources ?? []);
    case "CREATE":
      return createProblem(operation.create?.volumes ?? [], context);
    case "DESTROY":
      return destroyProblem(operation.destroy?.volumes ?? [], context);
    case "GROW_VOLUME":
      return operation.grow_volume
        ? growProblem(operation.grow_volume)
        : "grow_volume: required, but not set";
    case "SHRINK_VOLUME":
      return operation.shrink_volume
        ? shrinkProblem(operation.shrink_volume)
        : "shrink_volume: required, but not set";
    default:
      return `${operation.type ?? "UNKNOWN"} is not supported yet`;
  }
}

/** How many different resources an agent may have: every task's launch and end goes through all that are offered with it. */
const MAX_KINDS = 500;

/** Whether the agent would have too many different reservations and volumes; that it has what is consumed is presupposed. */
export function kindsProblem(
  { total }: Agent,
  conversions: readonly ResourceConversion[],
): string | undefined {
  const kinds = applyConversions(total, unallocated(conversions))?.identities.length ?? 0;
  if (kinds <= Math.max(MAX_KINDS, total.identities.length)) return undefined;
  return `the agent would have ${kinds} different reservations and volumes, more than ${MAX_KINDS}`;
}

/** What an agent has to know for it. */
function capabilityProblem(
  { id, type }: v1.Offer.Operation,
  { capabilities }: Agent,
): string | undefined {
  const needed: v1.AgentInfo.Capability.Type[] = [];
  if (id !== undefined) needed.push("AGENT_OPERATION_FEEDBACK");
  if (type === "GROW_VOLUME" || type === "SHRINK_VOLUME") needed.push("RESIZE_VOLUME");
  const lacking = needed.find((one) => !capabilities.some((has) => has.type === one));
  return lacking && `the agent lacks the ${lacking} capability`;
}

function reserveProblem(
  { resources = [], source }: v1.Offer.Operation.Reserve,
  { framework, principal }: OperationContext,
): string | undefined {
  const problem = listProblem("reserve", resources);
  if (problem !== undefined) return problem;
  const badSource = source && sourceProblem(resources, source, framework);
  if (badSource !== undefined) return badSource;
  for (const [i, resource] of resources.entries()) {
    const path = `reserve.resources[${i}]`;
    if (resource.revocable !== undefined) return `${path}: revocable resources cannot be reserved`;
    const top = resource.reservations?.at(-1);
    if (top?.type !== "DYNAMIC") return `${path}.reservations: expected a DYNAMIC one on top`;
    if (top.principal !== undefined && principal !== undefined && top.principal !== principal)
      return `${path}.reservations: expected principal '${principal}', got '${top.principal}'`;
    if (resource.disk?.persistence !== undefined)
      return `${path}: a persistent volume cannot be reserved`;
    if (framework === undefined) continue;
    if (top.role !== resource.allocation_info?.role)
      return `${path}: reserved for role '${top.role ?? ""}', but offered to role '${resource.allocation_info?.role ?? ""}'`;
    if (!framework.roles.has(top.role ?? ""))
      return `${path}: the framework does not subscribe to role '${top.role ?? ""}'`;
  }
  return undefined;
}

/** Reserving anew changes dynamic reservations, and neither what is reserved nor how much of it. */
function sourceProblem(
  resources: readonly v1.Resource[],
  source: readonly v1.Resource[],
  framework: Framework | undefined,
): string | undefined {
  if (framework !== undefined) return "reserve.source: only operators may set it";
  const problem = listProblem("reserve.source", source);
  if (problem !== undefined) return problem;
  if (source.some(({ disk }) => disk?.persistence !== undefined))
    return "reserve.source: a persistent volume cannot be reserved";
  if (asConfigured(source).equals(asConfigured(resources))) return undefined;
  return `reserve.source: expected what reserve.resources are made of, ${asConfigured(resources).toString()}, got ${asConfigured(source).toString()}`;
}

/** Without dynamic reservations. */
function asConfigured(resources: readonly v1.Resource[]): Resources {
  return Resources.fromWire(
    resources.map(({ reservations = [], ...rest }) => {
      const lasting = reservations.filter(({ type }) => type === "STATIC");
      return { ...rest, ...(lasting.length > 0 && { reservations: lasting }) };
    }),
  );
}

function unreserveProblem(resources: readonly v1.Resource[]): string | undefined {
  const problem = listProblem("unreserve", resources);
  if (problem !== undefined) return problem;
  for (const [i, { reservations, disk }] of resources.entries()) {
    const path = `unreserve.resources[${i}]`;
    if (reservations?.at(-1)?.type !== "DYNAMIC") return `${path}: is not dynamically reserved`;
    if (disk?.persistence !== undefined)
      return `${path}: destroy the persistent volume '${disk.persistence.id}' first`;
  }
  return undefined;
}

function createProblem(
  volumes: readonly v1.Resource[],
  { agent, framework, principal }: OperationContext,
): string | undefined {
  const problem = listProblem("create", volumes);
  if (problem !== undefined) return problem;
  const taken = new Set(agent.total.persistentVolumes().toWire().map(volumeKey));
  for (const [i, volume] of volumes.entries()) {
    const path = `create.volumes[${i}]`;
    const persistence = volume.disk?.persistence;
    if (persistence === undefined) return `${path}.disk.persistence: required, but not set`;
    if (volume.disk?.volume?.mode === "RO")
      return `${path}.disk.volume.mode: expected RW for a persistent volume`;
    if (volume.revocable !== undefined)
      return `${path}: a volume cannot be made of revocable resources`;
    if (
      persistence.principal !== undefined &&
      principal !== undefined &&
      persistence.principal !== principal
    )
      return `${path}.disk.persistence: expected principal '${principal}', got '${persistence.principal}'`;
    if (!(toMilli(volume.scalar?.value ?? 0) > 0))
      return `${path}.scalar: expected more than 0 for a persistent volume`;
    if (taken.has(volumeKey(volume)))
      return `${path}: the agent already has a persistent volume '${persistence.id}' of that role`;
    taken.add(volumeKey(volume));
    if (volume.shared && framework && !framework.capabilities.has("SHARED_RESOURCES"))
      return `${path}.shared: needs the SHARED_RESOURCES capability`;
  }
  return undefined;
}

/** Persistence ids are unique for each role and agent. */
function volumeKey({ reservations, disk }: v1.Resource): string {
  return JSON.stringify([reservations?.at(-1)?.role, disk?.persistence?.id]);
}

function destroyProblem(
  volumes: readonly v1.Resource[],
  { agent }: OperationContext,
): string | undefined {
  const problem = listProblem("destroy", volumes);
  if (problem !== undefined) return problem;
  if (new Set(volumes.map(volumeKey)).size < volumes.length)
    return "destroy.volumes: a volume is there twice";
  for (const [i, volume] of volumes.entries()) {
    const path = `destroy.volumes[${i}]`;
    if (volume.disk?.persistence === undefined) return `${path}: is not a persistent volume`;
    const wanted = Resources.fromWire([volume]).unallocate();
    if (!agent.total.contains(wanted))
      return `${path}: the agent has no such volume: ${wanted.toString()}`;
    const user = userOf(agent, wanted);
    if (user !== undefined) return `${path}: is in use by ${user}`;
  }
  return undefined;
}

/** Who on the agent holds the volume: a task that has not ended, or an executor. */
function userOf(agent: Agent, volume: Resources): string | undefined {
  for (const tasks of agent.tasks.values())
    for (const { taskId, terminated, resources } of tasks.values())
      if (!terminated && resources.unallocate().contains(volume)) return `task '${taskId}'`;
  for (const executors of agent.executors.values())
    for (const [executorId, { resources }] of executors)
      if (Resources.fromWire(resources).unallocate().contains(volume))
        return `executor '${executorId}'`;
  return undefined;
}

function growProblem({ volume, addition }: v1.Offer.Operation.GrowVolume): string | undefined {
  const problem =
    volumeProblem("grow_volume.volume", volume) ?? listProblem("grow_volume", [addition]);
  if (problem !== undefined) return problem;
  if (addition.name !== "disk" || addition.disk?.persistence !== undefined || addition.revocable)
    return "grow_volume.addition: expected a plain disk resource";
  if (!(toMilli(addition.scalar?.value ?? 0) > 0))
    return "grow_volume.addition.scalar: expected more than 0";
  const same =
    JSON.stringify([volume.reservations, volume.disk?.source]) ===
    JSON.stringify([addition.reservations, addition.disk?.source]);
  return same ? undefined : "grow_volume.addition: expected the same reservation and disk source";
}

function shrinkProblem({ volume, subtract }: v1.Offer.Operation.ShrinkVolume): string | undefined {
  const problem = volumeProblem("shrink_volume.volume", volume);
  if (problem !== undefined) return problem;
  const milli = toMilli(subtract.value);
  if (milli > 0 && milli < toMilli(volume.scalar?.value ?? 0)) return undefined;
  return `shrink_volume.subtract: expected more than 0 and less than the volume's ${volume.scalar?.value ?? 0}, got ${subtract.value}`;
}

function volumeProblem(path: string, volume: v1.Resource): string | undefined {
  const problem = validateResources([volume]);
  if (problem !== undefined) return `${path}: ${problem}`;
  if (volume.disk?.persistence === undefined) return `${path}: is not a persistent volume`;
  if (volume.shared !== undefined) return `${path}: a shared volume cannot be resized`;
  if (volume.disk.source?.type === "MOUNT") return `${path}: a MOUNT disk cannot be resized`;
  return undefined;
}

function listProblem(operation: string, list: readonly v1.Resource[]): string | undefined {
  if (list.length === 0) return `${operation}: expected at least one resource`;
  const problem = validateResources(list);
  return problem && `${operation}: ${problem}`;
}
