import type { FrameworkId, RequestId, StreamId } from "../base/ids.js";
import type { AllocatorFramework } from "../contracts/allocator.js";
import type { Principal } from "../contracts/principal.js";
import { capabilitiesOf, rolesOf } from "../protocol/framework-info.js";
import type { scheduler, v1 } from "../protocol/v1.js";
import { usedByAgent } from "./accounting.js";
import { failoverTimeoutMs, frameworkInfoProblem } from "./framework-validation.js";
import type { MasterContext } from "./master-context.js";
import type { Framework, MasterState, OperationRecord } from "./master-state.js";
import type { Offers } from "./offers.js";

interface Subscription {
  readonly stream: StreamId;
  readonly principal: Principal | undefined;
  readonly subscribe: scheduler.Call.Subscribe | scheduler.Call.UpdateFramework;
}

/** Frameworks as they subscribe, fail over, disconnect and change; their removal is `FrameworkRemoval`'s. */
export class Frameworks {
  private readonly byStream = new Map<StreamId, Framework>();
  private nextFrameworkId = 0;
  private nextGeneration = 0;

  constructor(
    private readonly context: MasterContext,
    private readonly offers: Offers,
  ) {}

  /** SUBSCRIBE: the stream is opened in any case; what is wrong with the framework is told on it. */
  onSubscribe(request: RequestId, asked: Subscription): void {
    const { context } = this;
    const { stream } = asked;
    context.push({ type: "OPEN_STREAM", request, stream });
    const subscribe = withPrincipal(asked.subscribe, asked.principal);
    const subscription = { ...asked, subscribe };
    const info = subscribe.framework_info;
    const known = info.id === undefined ? undefined : context.state.frameworks.get(info.id.value);
    const problem = this.subscriptionProblem(subscription, known);
    if (problem !== undefined) {
      context.push({
        type: "EVENT",
        stream,
        event: { type: "ERROR", error: { message: problem } },
      });
      context.push({ type: "CLOSE_STREAM", stream });
      context.log("info", "subscription refused", { name: info.name, problem });
      return;
    }
    if (known === undefined) this.subscribeNew(subscription);
    else this.failOver(known, subscription);
  }

  private subscriptionProblem(
    { subscribe }: Subscription,
    known: Framework | undefined,
  ): string | undefined {
    const info = subscribe.framework_info;
    if (info.id !== undefined && this.context.state.completedFrameworks.has(info.id.value))
      return "Framework has been removed";
    if (known !== undefined && known.info.principal !== info.principal)
      return `Framework principal cannot change from '${known.info.principal ?? ""}' to '${info.principal ?? ""}'`;
    return frameworkInfoProblem(subscribe, this.context.settings);
  }

  private subscribeNew({ stream, principal, subscribe }: Subscription): void {
    const { context } = this;
    const info = subscribe.framework_info;
    const id = info.id?.value ?? this.newId();
    const framework = this.add({ ...info, id: { value: id } }, false);
    framework.principal = principal;
    this.adopt(framework, subscribe);
    this.connect(framework, stream);
    context.allocator.addFramework(id, toAllocatorFramework(framework), new Map(), true);
    this.tellAgents(framework);
    context.log("info", "framework subscribed", { frameworkId: id, name: info.name });
  }

  /** A known id over HTTP is always a failover: the newer stream wins, and every outstanding offer is void. */
  private failOver(framework: Framework, { stream, principal, subscribe }: Subscription): void {
    const { context } = this;
    const wasConnected = framework.stream !== undefined;
    if (wasConnected) {
      context.event(framework, { type: "ERROR", error: { message: "Framework failed over" } });
      this.closeStream(framework);
    }
    for (const offer of [...framework.offers.values()]) this.offers.discard(offer);
    framework.principal = principal;
    framework.recovered = false;
    framework.generation = this.nextGeneration++;
    framework.reregisteredTimeMs = context.nowMs;
    this.adopt(framework, subscribe);
    this.connect(framework, stream);
    context.allocator.updateFramework(framework.id, toAllocatorFramework(framework));
    if (!wasConnected) context.allocator.activateFramework(framework.id);
    this.tellAgents(framework);
    context.log("info", "framework failed over", { frameworkId: framework.id });
  }

  /**
   * A framework that agents speak of and that has not subscribed with this master yet. If it never does, its tasks must
   * not run for ever: it has its failover timeout, and at least the time that agents have, to come back. Mesos waits
   * without end.
   */
  addRecovered(info: v1.FrameworkInfo): Framework {
    const framework = this.add(info, true);
    const { agentReregisterTimeoutMs } = this.context.settings;
    this.awaitFailover(framework, Math.max(failoverTimeoutMs(info), agentReregisterTimeoutMs));
    framework.capabilities = capabilitiesOf(info);
    framework.roles = new Set(rolesOf(info));
    this.context.allocator.addFramework(
      framework.id,
      toAllocatorFramework(framework),
      new Map(),
      false,
    );
    return framework;
  }

  /** UPDATE_FRAMEWORK: the answer is synchronous, 200 or why not. */
  onUpdate(framework: Framework, request: RequestId, asked: scheduler.Call.UpdateFramework): void {
    const { context } = this;
    const update = withPrincipal(asked, framework.principal);
    const info = update.framework_info;
    const problem =
      fixedFieldProblem(framework.info, info) ?? frameworkInfoProblem(update, context.settings);
    if (problem !== undefined) return context.respond(request, 400, problem);
    const before = framework.suppressedRoles;
    this.adopt(framework, update);
    context.allocator.updateFramework(framework.id, toAllocatorFramework(framework));
    const revived = [...before].filter(
      (role) => !framework.suppressedRoles.has(role) && framework.roles.has(role),
    );
    if (revived.length > 0) context.allocator.reviveOffers(framework.id, revived);
    for (const offer of [...framework.offers.values()])
      if (!framework.roles.has(offer.role)) this.offers.rescind(offer);
    this.tellAgents(framework);
    context.respond(request, 200);
  }

  onStreamClosed(stream: StreamId): void {
    const framework = this.byStream.get(stream);
    if (framework === undefined) return;
    this.byStream.delete(stream);
    this.disconnect(framework);
  }

  /** Offers go back at once; tasks go on until `failover_timeout` is over, which by default is immediately. */
  private disconnect(framework: Framework): void {
    const { context } = this;
    framework.stream = undefined;
    context.allocator.deactivateFramework(framework.id);
    for (const offer of [...framework.offers.values()]) this.offers.discard(offer);
    this.awaitFailover(framework, failoverTimeoutMs(framework.info));
    context.log("info", "framework disconnected", { frameworkId: framework.id });
  }

  private awaitFailover({ id, generation }: Framework, delayMs: number): void {
    this.context.timer(
      { type: "FRAMEWORK_FAILOVER_TIMEOUT", frameworkId: id, generation },
      delayMs,
    );
  }

  /** Ends the stream without making anything of it; whoever calls decides what becomes of the framework. */
  closeStream(framework: Framework): void {
    if (framework.stream === undefined) return;
    this.byStream.delete(framework.stream);
    this.context.push({ type: "CLOSE_STREAM", stream: framework.stream });
    framework.stream = undefined;
  }

  onHeartbeat(stream: StreamId): void {
    if (!this.byStream.has(stream)) return;
    this.context.push({ type: "EVENT", stream, event: { type: "HEARTBEAT" } });
    this.context.timer({ type: "HEARTBEAT", stream }, this.context.settings.heartbeatIntervalMs);
  }

  private connect(framework: Framework, stream: StreamId): void {
    const { context } = this;
    framework.stream = stream;
    this.byStream.set(stream, framework);
    context.event(framework, {
      type: "SUBSCRIBED",
      subscribed: {
        framework_id: { value: framework.id },
        heartbeat_interval_seconds: context.settings.heartbeatIntervalMs / 1000,
        master_info: context.settings.masterInfo,
      },
    });
    this.onHeartbeat(stream);
  }

  /** Takes over what a framework may change about itself; `user` and `checkpoint` stay as they were. */
  private adopt(
    framework: Framework,
    { framework_info, suppressed_roles, offer_constraints }: Subscription["subscribe"],
  ): void {
    const { user, checkpoint } = framework.info;
    const { checkpoint: _ignored, ...info } = framework_info;
    framework.info = {
      ...info,
      id: { value: framework.id },
      user,
      ...(checkpoint !== undefined && { checkpoint }),
    };
    framework.capabilities = capabilitiesOf(framework.info);
    framework.roles = new Set(rolesOf(framework.info));
    framework.suppressedRoles = new Set(suppressed_roles);
    framework.offerConstraints = offer_constraints;
  }

  private add(info: v1.FrameworkInfo, recovered: boolean): Framework {
    const id = info.id?.value as FrameworkId;
    const framework: Framework = {
      id,
      info,
      roles: new Set(),
      capabilities: new Set(),
      suppressedRoles: new Set(),
      offerConstraints: undefined,
      principal: info.principal === undefined ? undefined : { value: info.principal },
      stream: undefined,
      recovered,
      generation: this.nextGeneration++,
      registeredTimeMs: this.context.nowMs,
      reregisteredTimeMs: undefined,
      unregisteredTimeMs: undefined,
      tasks: new Map(),
      unreachableTasks: new Map(),
      unreachableKills: new Set(),
      completedTasks: [],
      executors: new Map(),
      offers: new Map(),
      operations: operationsOf(this.context.state, id),
    };
    this.context.state.frameworks.set(id, framework);
    return framework;
  }

  private tellAgents(framework: Framework): void {
    const message = { type: "UPDATE_FRAMEWORK", frameworkInfo: framework.info } as const;
    const { agents } = this.context.state;
    const ids = new Set(usedByAgent(framework, agents).keys());
    for (const { agentId } of framework.operations.values()) ids.add(agentId);
    for (const agentId of ids) {
      const agent = agents.get(agentId);
      if (agent !== undefined) this.context.send(agent, message);
    }
  }

  private newId(): FrameworkId {
    const number = String(this.nextFrameworkId++).padStart(4, "0");
    return `${this.context.settings.masterInfo.id}-${number}`;
  }
}

/** What agents have brought back of a framework's operations before the framework itself has come. */
function operationsOf({ agents }: MasterState, id: FrameworkId): Map<string, OperationRecord> {
  const operations = new Map<string, OperationRecord>();
  for (const agent of agents.values())
    for (const record of agent.operations.values())
      if (record.frameworkId === id) operations.set(record.uuid, record);
  return operations;
}

/** A framework that does not name its principal has the one it was authenticated as, and agents bring that back. */
function withPrincipal<T extends Subscription["subscribe"]>(
  subscribe: T,
  authenticated: Principal | undefined,
): T {
  const { framework_info } = subscribe;
  if (framework_info.principal !== undefined || authenticated?.value === undefined)
    return subscribe;
  return { ...subscribe, framework_info: { ...framework_info, principal: authenticated.value } };
}

/** What UPDATE_FRAMEWORK may not change, unlike SUBSCRIBE, which keeps the old value silently. */
function fixedFieldProblem(before: v1.FrameworkInfo, after: v1.FrameworkInfo): string | undefined {
  if (after.user !== before.user)
    return `framework_info.user: cannot change from '${before.user}' to '${after.user}'`;
  if ((after.checkpoint ?? false) !== (before.checkpoint ?? false))
    return `framework_info.checkpoint: cannot change from ${before.checkpoint ?? false}`;
  if (after.principal !== before.principal)
    return `framework_info.principal: cannot change from '${before.principal ?? ""}'`;
  return undefined;
}

export function toAllocatorFramework(framework: Framework): AllocatorFramework {
  return {
    info: framework.info,
    roles: [...framework.roles],
    suppressedRoles: framework.suppressedRoles,
    ...(framework.offerConstraints && { offerConstraints: framework.offerConstraints }),
  };
}
