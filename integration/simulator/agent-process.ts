import { assert } from "../../core/base/assert.js";
import type { StreamId } from "../../core/base/ids.js";
import type { Random } from "../../core/base/random.js";
import type { AgentEffect, AgentInput } from "../../core/agent/agent-io.js";
import type { AgentSettings } from "../../core/agent/agent-settings.js";
import type { AgentState } from "../../core/agent/agent-state.js";
import type { ContainerVolume } from "../../core/contracts/container.js";
import type { Machine } from "../../core/machine/machine.js";
import type { AgentToMaster, MasterToAgent } from "../../core/protocol/agent-protocol.js";
import type { executor } from "../../core/protocol/v1.js";
import { between } from "./chance.js";
import { describeToAgent, describeToMaster } from "./describe-agent-message.js";
import { HttpEdge } from "./http-edge.js";
import type { MasterProcess } from "./master-process.js";
import { Endpoint, type EndpointHandlers } from "./network/endpoint.js";
import type { SimulatedCheckpoints } from "./simulated-checkpoints.js";
import type { ContainerListener, SimulatedContainerizer } from "./simulated-containerizer.js";
import { SimulatedProcess } from "./simulated-process.js";
import type { ExecutorConnection, ToAgent } from "./wire.js";
import type { World } from "./world.js";

/** An agent's machine, and all of it that can be looked at. */
export interface AgentMachine extends Machine<AgentInput, AgentEffect> {
  readonly state: AgentState;
}

export interface AgentProcessOptions {
  readonly name: string;
  readonly checkpoints: SimulatedCheckpoints;
  readonly containerizer: SimulatedContainerizer;
  readonly settings: (bootNumber: number, startTimeMs: number) => AgentSettings;
  readonly build: (settings: AgentSettings, random: Random) => AgentMachine;
  /** The containers that the checkpoints say are still wanted. */
  readonly knownContainers: (
    checkpoints: ReadonlyMap<string, unknown>,
    settings: AgentSettings,
  ) => ReadonlySet<string>;
  /** Who leads, as far as this agent can tell. */
  readonly leader: () => MasterProcess | undefined;
  readonly maxReconnectMs: number;
  /** How many messages may be under way before the agent is told that its master reads slowly. */
  readonly congestionLimit: number;
  readonly restartMs: number;
}

const CONNECT_TIMEOUT_MS = 5_000;

/** An agent as a process on its machine: its connection to the leading master, its containers and its checkpoints. */
export class AgentProcess extends SimulatedProcess<AgentInput, AgentEffect> {
  /** What the machine sends, before the network has it. */
  onSend: (message: AgentToMaster) => void = () => {};
  private boots = 1;
  private connections = 0;
  private processes = 0;
  private connection: Endpoint<ToAgent, AgentToMaster> | undefined;
  private connected = false;
  private congested = false;
  private highestEpoch = 0;
  private http = new HttpEdge<executor.Call, executor.Event>(this.name);

  constructor(
    world: World,
    private readonly options: AgentProcessOptions,
  ) {
    super(options.name, world);
  }

  get containerizer(): SimulatedContainerizer {
    return this.options.containerizer;
  }

  /** The directories of volumes on its machine that may hold data. */
  get volumes(): ReadonlySet<string> {
    return this.options.checkpoints.volumes;
  }

  get state(): AgentState | undefined {
    return (this.machine as AgentMachine | undefined)?.state;
  }

  /** The machine loses its power: process, containers and unsynced writes are gone, and its next boot differs. */
  powerOff(): void {
    this.crash({ silent: true });
    this.containerizer.powerOff();
    this.boots++;
  }

  /** The machine is replaced by one with the same name and nothing on its disk. */
  replace(): void {
    this.powerOff();
    this.options.checkpoints.wipe();
    this.highestEpoch = 0;
  }

  terminate({ unregister }: { readonly unregister: boolean }): void {
    this.step({ type: "TERMINATE", unregister });
  }

  /** An executor's connection for its SUBSCRIBE comes in; undefined: refused. */
  acceptExecutor(end: ExecutorConnection): EndpointHandlers<executor.Call> | undefined {
    if (this.machine === undefined) return undefined;
    const { request, stream } = this.http.subscribe(end, "executor");
    return {
      onMessage: this.whileAlive((call) =>
        this.step({ type: "EXECUTOR_CALL", request, stream, call }),
      ),
      onClose: this.whileAlive(() => this.onStreamClosed(stream)),
    };
  }

  /** An executor's call other than SUBSCRIBE. */
  serveExecutor(call: executor.Call): void {
    if (this.machine === undefined) return;
    this.whileAlive(() => {
      const request = this.http.receive(() => {});
      this.step({ type: "EXECUTOR_CALL", request, stream: "", call });
    })();
  }

  protected override boot(): void {
    const { checkpoints, containerizer, knownContainers, build } = this.options;
    this.http = new HttpEdge(`${this.name}-${++this.processes}`);
    const settings = this.options.settings(this.boots, this.world.clock.now());
    checkpoints.load(
      this.whileAlive((records) => {
        this.machine = build(settings, this.random);
        containerizer.recover(knownContainers(records, settings), this.listener());
        this.step({ type: "RECOVERED", checkpoints: records });
        this.connectSoon();
      }),
    );
  }

  protected override hangUp(silent: boolean): void {
    this.options.checkpoints.disk.crash();
    this.containerizer.detach();
    if (silent) this.connection?.vanish();
    else this.connection?.close();
    this.connection = undefined;
    this.connected = false;
    this.congested = false;
    this.http.hangUp(silent);
  }

  protected override carryOut(effect: AgentEffect): void {
    const { containerizer, checkpoints } = this.options;
    switch (effect.type) {
      case "SEND":
        return this.send(effect.message);
      case "RECONNECT":
        this.world.transcript.note(() => `${this.name} gives up its master: ${effect.message}`);
        this.after(0, () => this.disconnect());
        return;
      case "OPEN_STREAM":
        return this.http.openStream(effect.request, effect.stream);
      case "EVENT":
        this.http.send(effect.stream, this.world.codec.executorEvent(effect.event));
        return;
      case "CLOSE_STREAM":
        this.http.close(effect.stream);
        this.after(0, () => this.onStreamClosed(effect.stream));
        return;
      case "RESPOND":
        return this.http.respond(effect.request, effect.status, effect.message);
      case "LAUNCH":
        this.checkVolumes(effect.config.volumes);
        return containerizer.launch(effect.containerId, effect.config);
      case "KILL":
        return containerizer.kill(effect.containerId, effect.signal);
      case "DESTROY":
        return containerizer.destroy(effect.containerId);
      case "CHECKPOINT":
        checkpoints.write(
          effect.records,
          effect.volumes ?? { create: [], destroy: [] },
          this.whileAlive(() => this.step({ type: "CHECKPOINTED", ticket: effect.ticket })),
        );
        return;
      case "TIMER":
        this.after(effect.delayMs, () => this.step({ type: "TIMER", timer: effect.timer }));
        return;
      case "UPDATE":
        this.checkVolumes(effect.volumes);
        this.after(0, () =>
          this.step({ type: "CONTAINER_UPDATED", containerId: effect.containerId }),
        );
        return;
      case "LOG":
        return;
      case "EXIT":
        return this.exit(effect.message);
    }
  }

  /** What is launched finds its volumes. */
  private checkVolumes(volumes: readonly ContainerVolume[]): void {
    for (const { hostPath } of volumes)
      assert(
        this.options.checkpoints.directories.has(hostPath),
        "a container's volume is not there",
        {
          hostPath,
        },
      );
  }

  private exit(message: string): void {
    this.world.transcript.note(() => `${this.name} exits: ${message}`);
    this.crash();
    this.world.clock.schedule(between(this.world.random, 1, this.options.restartMs), () =>
      this.start(),
    );
  }

  private listener(): ContainerListener {
    const { transcript } = this.world;
    return {
      onLaunched: this.whileAlive((containerId, pid) =>
        this.step({ type: "CONTAINER_LAUNCHED", containerId, pid }),
      ),
      onFailed: this.whileAlive((containerId, message) => {
        transcript.note(() => `${this.name} fails to launch a container: ${message}`);
        this.step({ type: "CONTAINER_FAILED", containerId, message });
      }),
      onExited: this.whileAlive((containerId, termination) =>
        this.step({ type: "CONTAINER_EXITED", containerId, termination }),
      ),
    };
  }

  private connectSoon(): void {
    this.after(between(this.world.random, 1, this.options.maxReconnectMs), () => this.connect());
  }

  private connect(): void {
    const leader = this.options.leader();
    if (leader === undefined) return this.connectSoon();
    const id = `${this.name}#${++this.connections}`;
    const connection = Endpoint.dial<ToAgent, AgentToMaster>({
      network: this.world.network,
      from: this.name,
      to: leader.name,
      handlers: {
        onMessage: this.whileAlive((part) => this.onPart(connection, part)),
        onClose: this.whileAlive(() => this.onClosed(connection)),
        onDrained: this.whileAlive(() => this.onDrained(connection)),
      },
      listen: (far) => leader.acceptAgent(id, this.name, far),
    });
    this.connection = connection;
    this.after(CONNECT_TIMEOUT_MS, () => {
      if (this.connection === connection && !this.connected) this.disconnect();
    });
  }

  private onPart(connection: Endpoint<ToAgent, AgentToMaster>, part: ToAgent): void {
    if (this.connection !== connection) return;
    if (part.type === "MESSAGE") return this.onMessage(part.message);
    if (part.epoch < this.highestEpoch) return this.disconnect();
    this.highestEpoch = part.epoch;
    this.connected = true;
    this.world.transcript.note(() => `${this.name} is connected to ${part.hostname}`);
    this.step({ type: "MASTER_CONNECTED", epoch: part.epoch, hostname: part.hostname });
  }

  private onMessage(message: MasterToAgent): void {
    const { transcript } = this.world;
    if (message.type === "AGENT_REGISTERED" || message.type === "AGENT_REREGISTERED")
      transcript.name(message.agentId, this.name);
    transcript.note(() => {
      const what = describeToAgent(transcript, message);
      return what && `${this.options.leader()?.name ?? "master"} -> ${this.name} ${what}`;
    });
    this.step({ type: "MASTER_MESSAGE", message });
  }

  private disconnect(): void {
    const { connection } = this;
    if (connection === undefined) return;
    connection.close();
    this.onClosed(connection);
  }

  private onClosed(connection: Endpoint<ToAgent, AgentToMaster>): void {
    if (this.connection !== connection) return;
    const wasConnected = this.connected;
    this.connection = undefined;
    this.connected = false;
    this.congested = false;
    this.connectSoon();
    if (!wasConnected) return;
    this.world.transcript.note(() => `${this.name} loses its connection with the master`);
    this.step({ type: "MASTER_DISCONNECTED" });
  }

  private send(message: AgentToMaster): void {
    const { connection } = this;
    this.onSend(message);
    if (connection === undefined || !this.connected) return;
    if (!connection.send(this.world.codec.agentToMaster(message)))
      this.world.transcript.note(() => {
        const what = describeToMaster(this.world.transcript, message);
        return what && `${this.name} -x master ${what}`;
      });
    if (connection.unacknowledged >= this.options.congestionLimit)
      this.after(0, () => this.onBacklog(connection));
  }

  private onBacklog(connection: Endpoint<ToAgent, AgentToMaster>): void {
    if (this.connection !== connection || this.congested) return;
    if (connection.unacknowledged < this.options.congestionLimit) return;
    this.congested = true;
    this.step({ type: "MASTER_CONGESTED", congested: true });
  }

  private onDrained(connection: Endpoint<ToAgent, AgentToMaster>): void {
    if (this.connection !== connection || !this.congested) return;
    this.congested = false;
    this.step({ type: "MASTER_CONGESTED", congested: false });
  }

  private onStreamClosed(stream: StreamId): void {
    if (this.http.forget(stream)) this.step({ type: "STREAM_CLOSED", stream });
  }
}
