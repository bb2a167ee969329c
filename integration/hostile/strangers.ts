import type { Random } from "../../core/base/random.js";
import type { MasterState } from "../../core/master/master-state.js";
import type { AgentToMaster } from "../../core/protocol/agent-protocol.js";
import type { master, scheduler, v1 } from "../../core/protocol/v1.js";
import { checkpointedPart } from "../../core/resources/checkpointed.js";
import { Resources } from "../../core/resources/resources.js";
import { pick } from "../testing/random-message.js";

const UUID = "AAAAAAAAAAAAAAAAAAAAAA==";
const ROLES = ["*", "dev", "dev/a", "ops"];

/** Draws what schedulers, agents and operators might say to a master, about what it knows and what it does not. */
export class Strangers {
  constructor(
    private readonly random: Random,
    private readonly state: MasterState,
  ) {}

  schedulerCall(frameworkId: string | undefined): scheduler.Call {
    if (frameworkId === undefined) return this.subscribe();
    const framework_id = { value: frameworkId };
    const one = pick(this.random, [
      () => this.accept(frameworkId),
      () => this.accept(frameworkId),
      () => this.accept(frameworkId),
      () => this.declineOf(frameworkId),
      () => this.ofTask(frameworkId),
      () => this.ofRoles(),
      () => this.updateFramework(frameworkId),
    ])();
    return { ...one, framework_id };
  }

  private subscribe(): scheduler.Call {
    const known = [...this.state.frameworks.keys(), ...this.state.completedFrameworks.keys()];
    const id = this.chance(3) ? pick(this.random, [...known, "F1", "F2", ".."]) : undefined;
    const framework_info = this.frameworkInfo(id);
    return {
      type: "SUBSCRIBE",
      ...(id !== undefined && { framework_id: { value: id } }),
      subscribe: { framework_info, ...this.preferences() },
    };
  }

  private updateFramework(id: string): scheduler.Call {
    const update_framework = { framework_info: this.frameworkInfo(id), ...this.preferences() };
    return { type: "UPDATE_FRAMEWORK", update_framework };
  }

  private preferences(): Pick<scheduler.Call.Subscribe, "suppressed_roles" | "offer_constraints"> {
    const regex = pick(this.random, ["a.*", "(", "[", "a{2000}"]);
    const constraint = {
      selector: { attribute_name: "rack" },
      predicate: { text_matches: { regex } },
    };
    const groups = [{ attribute_constraints: [constraint] }];
    return {
      ...(this.chance(5) && { suppressed_roles: [pick(this.random, ROLES)] }),
      ...(this.chance(5) && { offer_constraints: { role_constraints: { dev: { groups } } } }),
    };
  }

  frameworkInfo(id: string | undefined): v1.FrameworkInfo {
    const capabilities = ["MULTI_ROLE", "RESERVATION_REFINEMENT", "SHARED_RESOURCES"] as const;
    const aware = this.chance(2) ? (["PARTITION_AWARE"] as const) : [];
    return {
      user: "u",
      name: "f",
      ...(id !== undefined && { id: { value: id } }),
      roles: this.chance(2) ? ROLES : [pick(this.random, ROLES)],
      capabilities: [...capabilities, ...aware].map((type) => ({ type })),
      failover_timeout: this.random.integer(100),
    };
  }

  private declineOf(frameworkId: string): scheduler.Call {
    const offer_ids = this.offersOf(frameworkId).map(({ id }) => id);
    return { type: "DECLINE", decline: { offer_ids, filters: { refuse_seconds: 1 } } };
  }

  private offersOf(frameworkId: string) {
    return [...(this.state.frameworks.get(frameworkId)?.offers.values() ?? [])].map((offer) => ({
      id: { value: offer.id },
      offer,
    }));
  }

  private accept(frameworkId: string): scheduler.Call {
    const offers = this.offersOf(frameworkId);
    if (offers.length === 0) return { type: "REVIVE" };
    const first = pick(this.random, offers);
    const mates = offers.filter(
      ({ offer }) => offer.agentId === first.offer.agentId && offer.role === first.offer.role,
    );
    const accepted = this.chance(2) ? mates : [first];
    const pool = Resources.sum(accepted.map(({ offer }) => offer.resources)).toWire();
    const operations = this.many(4, () =>
      this.operation(pool, first.offer.agentId, first.offer.role),
    );
    const offer_ids = accepted.map(({ id }) => id);
    return { type: "ACCEPT", accept: { offer_ids, operations, filters: { refuse_seconds: 0 } } };
  }

  private operation(
    pool: readonly v1.Resource[],
    agentId: string,
    role: string,
  ): v1.Offer.Operation {
    const id = this.chance(2) ? { id: { value: `o${this.random.integer(1000)}` } } : {};
    const some = () => this.many(3, () => this.part(pick(this.random, pool)));
    return pick<() => v1.Offer.Operation>(this.random, [
      () => ({
        type: "LAUNCH",
        launch: { task_infos: this.many(3, () => this.task(agentId, some())) },
      }),
      () => ({
        type: "LAUNCH",
        launch: { task_infos: this.many(3, () => this.task(agentId, some())) },
      }),
      () => ({ type: "LAUNCH_GROUP", launch_group: this.group(agentId, some()) }),
      () => ({
        type: "RESERVE",
        ...id,
        reserve: { resources: some().map((one) => this.reserved(one, role)) },
      }),
      () => ({ type: "UNRESERVE", ...id, unreserve: { resources: some() } }),
      () => ({ type: "CREATE", ...id, create: { volumes: some().map((one) => this.volume(one)) } }),
      () => ({ type: "DESTROY", ...id, destroy: { volumes: some() } }),
      () => ({
        type: "GROW_VOLUME",
        ...id,
        grow_volume: { volume: some()[0] ?? this.cpus(), addition: some()[0] ?? this.cpus() },
      }),
      () => ({
        type: "SHRINK_VOLUME",
        ...id,
        shrink_volume: { volume: some()[0] ?? this.cpus(), subtract: { value: 1 } },
      }),
      () => ({ type: "GROW_VOLUME", ...id }),
    ])();
  }

  /** The resource, or some of it. */
  private part(resource: v1.Resource): v1.Resource {
    const value = resource.scalar?.value ?? 0;
    if (resource.scalar === undefined || resource.disk?.persistence || this.chance(4))
      return resource;
    const wanted = pick(this.random, [0, 0.5, 1, 32, value / 2, 2 * value, -1]);
    return { ...resource, scalar: { value: wanted } };
  }

  private cpus(): v1.Resource {
    return { name: "cpus", type: "SCALAR", scalar: { value: 1 } };
  }

  private reserved(resource: v1.Resource, role: string): v1.Resource {
    const { reservations = [] } = resource;
    return { ...resource, reservations: [...reservations, { type: "DYNAMIC", role }] };
  }

  private volume(resource: v1.Resource): v1.Resource {
    return {
      ...resource,
      ...(this.chance(3) && { shared: {} }),
      disk: {
        persistence: { id: `v${this.random.integer(4)}` },
        volume: { container_path: "data", mode: "RW" },
      },
    };
  }

  private task(agentId: string, resources: readonly v1.Resource[]): v1.TaskInfo {
    const id = `t${this.random.integer(40)}`;
    const executor = this.chance(3) ? { executor: this.executor(resources) } : undefined;
    return {
      name: id,
      task_id: { value: id },
      agent_id: { value: agentId },
      resources,
      ...(executor ?? { command: { value: "true" } }),
    };
  }

  private group(
    agentId: string,
    resources: readonly v1.Resource[],
  ): v1.Offer.Operation.LaunchGroup {
    const tasks = this.many(2, () => this.task(agentId, resources));
    return { executor: this.executor(resources), task_group: { tasks } };
  }

  private executor(resources: readonly v1.Resource[]): v1.ExecutorInfo {
    return {
      type: "CUSTOM",
      executor_id: { value: `e${this.random.integer(3)}` },
      command: { value: "true" },
      ...(this.chance(2) && { resources }),
    };
  }

  private ofTask(frameworkId: string): scheduler.Call {
    const framework = this.state.frameworks.get(frameworkId);
    const tasks = [...(framework?.tasks.values() ?? [])];
    const known = tasks.length > 0 ? pick(this.random, tasks) : undefined;
    const task_id = { value: known?.taskId ?? "t1" };
    const agent_id = { value: known?.agentId ?? this.agentId() };
    const uuid = known?.wire.status_update_uuid ?? UUID;
    return pick<scheduler.Call>(this.random, [
      { type: "KILL", kill: { task_id, ...(this.chance(2) && { agent_id }) } },
      { type: "ACKNOWLEDGE", acknowledge: { task_id, agent_id, uuid } },
      { type: "ACKNOWLEDGE", acknowledge: { task_id, agent_id, uuid } },
      { type: "RECONCILE", reconcile: { tasks: this.chance(2) ? [] : [{ task_id, agent_id }] } },
      { type: "RECONCILE_OPERATIONS", reconcile_operations: {} },
      { type: "SHUTDOWN", shutdown: { agent_id, executor_id: { value: "e1" } } },
      { type: "MESSAGE", message: { agent_id, executor_id: { value: "e1" }, data: "" } },
    ]);
  }

  private ofRoles(): scheduler.Call {
    const roles = this.chance(2) ? [] : [pick(this.random, ROLES)];
    return pick<scheduler.Call>(this.random, [
      { type: "REVIVE", revive: { roles } },
      { type: "SUPPRESS", suppress: { roles } },
      { type: "REVIVE", revive: {} },
      ...(this.chance(4) ? [{ type: "TEARDOWN" } as const] : []),
    ]);
  }

  operatorCall(): master.Call {
    const agent = this.agent();
    const agent_id = { value: this.agentId() };
    const total = [...(agent?.total.toWire() ?? []), this.cpus()];
    const resources = this.many(2, () => this.part(pick(this.random, total)));
    const role = pick(this.random, ["dev", "ops", "", "a/b", " x"]);
    const amount = { cpus: { value: pick(this.random, [0, 1, 5, -1]) } };
    return pick<() => master.Call>(this.random, [
      () => ({
        type: "RESERVE_RESOURCES",
        reserve_resources: {
          agent_id,
          resources: resources.map((one) => this.reserved(one, role)),
          ...(this.chance(2) && { source: resources }),
        },
      }),
      () => ({ type: "UNRESERVE_RESOURCES", unreserve_resources: { agent_id, resources } }),
      () => ({
        type: "CREATE_VOLUMES",
        create_volumes: { agent_id, volumes: resources.map((one) => this.volume(one)) },
      }),
      () => ({ type: "DESTROY_VOLUMES", destroy_volumes: { agent_id, volumes: resources } }),
      () => ({
        type: "UPDATE_QUOTA",
        update_quota: { quota_configs: [{ role, guarantees: amount, limits: amount }] },
      }),
      () => ({ type: "REMOVE_QUOTA", remove_quota: { role } }),
      () => ({
        type: "UPDATE_WEIGHTS",
        update_weights: { weight_infos: [{ role, weight: this.random.integer(3) }] },
      }),
      () => ({ type: "TEARDOWN", teardown: { framework_id: { value: this.frameworkId() } } }),
    ])();
  }

  agentMessage(agentId: string | undefined): AgentToMaster {
    if (agentId === undefined)
      return this.chance(2) ? this.register() : this.reregister(this.agentId());
    const agent = this.state.agents.get(agentId);
    const held = [...(agent?.tasks.values() ?? [])].flatMap((tasks) => [...tasks.values()]);
    const task = held.length > 0 ? pick(this.random, held) : undefined;
    const frameworkId = task?.frameworkId ?? this.frameworkId();
    return pick<() => AgentToMaster>(this.random, [
      () => this.update(agentId, frameworkId, task?.taskId ?? "t1"),
      () => this.update(agentId, frameworkId, task?.taskId ?? "t1"),
      () => ({
        type: "EXITED_EXECUTOR",
        agentId,
        frameworkId,
        executorId: `e${this.random.integer(3)}`,
        status: 0,
      }),
      () => ({ type: "PONG", agentId }),
      () => this.reregister(agentId),
      () => this.operationUpdate(agentId),
      () => (this.chance(8) ? { type: "UNREGISTER_AGENT", agentId } : { type: "PONG", agentId }),
    ])();
  }

  private update(agentId: string, frameworkId: string, taskId: string): AgentToMaster {
    const states = ["TASK_RUNNING", "TASK_FINISHED", "TASK_FAILED", "TASK_UNREACHABLE"] as const;
    const state = pick(this.random, states);
    const status = {
      task_id: { value: taskId },
      agent_id: { value: agentId },
      state,
      ...(this.chance(2) && { uuid: UUID }),
    };
    const latestState = pick(this.random, [state, ...states]);
    return { type: "STATUS_UPDATE", agentId, update: { frameworkId, status, latestState } };
  }

  private operationUpdate(agentId: string): AgentToMaster {
    const known = [...(this.state.agents.get(agentId)?.operations.values() ?? [])];
    const record = known.length > 0 ? pick(this.random, known) : undefined;
    const state = pick(this.random, ["OPERATION_FINISHED", "OPERATION_DROPPED"] as const);
    const { id } = record?.wire.info ?? {};
    const status = { ...(id && { operation_id: id }), state, uuid: { value: UUID } };
    const frameworkId = record?.frameworkId;
    return {
      type: "OPERATION_STATUS_UPDATE",
      agentId,
      ...(frameworkId !== undefined && { frameworkId }),
      operationUuid: record?.uuid ?? UUID,
      status,
    };
  }

  private register(): AgentToMaster {
    return {
      type: "REGISTER_AGENT",
      agentInfo: this.agentInfo(),
      version: "0.0.0",
      capabilities: [{ type: "AGENT_OPERATION_FEEDBACK" }, { type: "RESIZE_VOLUME" }],
      checkpointedResources: [],
      resourceVersion: UUID,
    };
  }

  private agentInfo(): v1.AgentInfo {
    const resources = Resources.parse("cpus:8;mem:4096;disk(dev):1000;disk:2000;ports:[1-9]");
    return { hostname: pick(this.random, ["h1", "h2"]), port: 5051, resources: resources.toWire() };
  }

  /** An agent that comes back with what it ran, more of it, or less. */
  private reregister(agentId: string): AgentToMaster {
    const agent = this.state.agents.get(agentId);
    const tasks = [...(agent?.tasks.values() ?? [])]
      .flatMap((one) => [...one.values()])
      .map(({ wire }) => wire)
      .filter(() => !this.chance(4));
    const frameworkIds = [...this.state.frameworks.keys(), "F1", "F2"];
    const more = this.many(2, () => this.wireTask(pick(this.random, frameworkIds), agentId));
    const executors = [...(agent?.executors ?? [])].flatMap(([frameworkId, infos]) =>
      [...infos.values()].map((executorInfo) => ({ frameworkId, executorInfo })),
    );
    const info = agent?.info ?? { ...this.agentInfo(), id: { value: agentId } };
    return {
      type: "REREGISTER_AGENT",
      agentInfo: this.chance(6) ? { ...info, attributes: [] } : info,
      version: "0.0.0",
      capabilities: [{ type: "AGENT_OPERATION_FEEDBACK" }, { type: "RESIZE_VOLUME" }],
      checkpointedResources: agent === undefined ? [] : checkpointedPart(agent.total),
      resourceVersion: UUID,
      frameworks: frameworkIds.map((id) => ({ frameworkInfo: this.frameworkInfo(id) })),
      executors: executors.filter(() => !this.chance(4)),
      tasks: [...tasks, ...(this.chance(3) ? more : [])],
      operations: [...(agent?.operations.values() ?? [])]
        .map(({ wire }) => wire)
        .filter(() => !this.chance(3)),
    };
  }

  private wireTask(frameworkId: string, agentId: string): v1.Task {
    const id = `t${this.random.integer(40)}`;
    return {
      name: id,
      task_id: { value: id },
      framework_id: { value: frameworkId },
      agent_id: { value: agentId },
      state: pick(this.random, ["TASK_RUNNING", "TASK_FINISHED"] as const),
    };
  }

  private agent() {
    const agents = [...this.state.agents.values()];
    return agents.length > 0 ? pick(this.random, agents) : undefined;
  }
  private agentId(): string {
    const { agents, unreachableAgents } = this.state;
    return pick(this.random, [...agents.keys(), ...unreachableAgents.keys(), "S1"]);
  }
  private frameworkId(): string {
    const { frameworks, completedFrameworks } = this.state;
    return pick(this.random, [...frameworks.keys(), ...completedFrameworks.keys(), "F1"]);
  }
  private many<T>(limit: number, make: () => T): T[] {
    return Array.from({ length: 1 + this.random.integer(limit) }, make);
  }
  private chance(oneIn: number): boolean {
    return this.random.integer(oneIn) === 0;
  }
}
