import type { ConnectionId, RequestId, StreamId } from "../../core/base/ids.js";
import type { Random } from "../../core/base/random.js";
import type { Machine } from "../../core/machine/machine.js";
import type { MasterEffect, MasterInput } from "../../core/master/master-io.js";
import type { MasterSettings } from "../../core/master/master-settings.js";
import type { MasterState } from "../../core/master/master-state.js";
import type { AgentToMaster, MasterToAgent } from "../../core/protocol/agent-protocol.js";
import type { master, scheduler } from "../../core/protocol/v1.js";
import { describeToAgent, describeToMaster } from "./describe-agent-message.js";
import { describeCall, describeEvent } from "./describe-scheduler-message.js";
import { between } from "./chance.js";
import { HttpEdge } from "./http-edge.js";
import type { EndpointHandlers } from "./network/endpoint.js";
import { SimulatedProcess } from "./simulated-process.js";
import type { SimulatedRegistry } from "./simulated-registry.js";
import type { AgentConnection, CallAnswer, SchedulerConnection } from "./wire.js";
import type { World } from "./world.js";

/** A master's machine, and all of it that can be looked at. */
export interface MasterMachine extends Machine<MasterInput, MasterEffect> {
  readonly state: MasterState;
}

export interface MasterProcessOptions {
  readonly name: string;
  readonly registry: SimulatedRegistry;
  readonly settings: (processNumber: number, startTimeMs: number) => MasterSettings;
  readonly build: (settings: MasterSettings, random: Random) => MasterMachine;
  /** How long a supervisor takes to start it again after it has ended by itself. */
  readonly restartMs: number;
}

type Answer = (answer: CallAnswer) => void;

/** A master as a process: takes leadership, keeps connections and streams, and writes to the registry. */
export class MasterProcess extends SimulatedProcess<MasterInput, MasterEffect> {
  /** What the machine sends to an agent, before the network has it. */
  onSend: (message: MasterToAgent) => void = () => {};
  /** What it sends to a scheduler. */
  onEvent: (event: scheduler.Event) => void = () => {};
  private processes = 0;
  private epoch = 0;
  private readonly agents = new Map<ConnectionId, { end: AgentConnection; peer: string }>();
  private http = new HttpEdge<scheduler.Call, scheduler.Event>(this.name);

  constructor(
    world: World,
    private readonly options: MasterProcessOptions,
  ) {
    super(options.name, world);
  }

  /** Undefined unless it leads. */
  get state(): MasterState | undefined {
    return (this.machine as MasterMachine | undefined)?.state;
  }

  get registry(): SimulatedRegistry {
    return this.options.registry;
  }

  get leads(): boolean {
    return this.machine !== undefined;
  }

  /** An agent's connection comes in; undefined: refused. */
  acceptAgent(
    id: ConnectionId,
    peer: string,
    end: AgentConnection,
  ): EndpointHandlers<AgentToMaster> | undefined {
    if (!this.leads) return undefined;
    this.agents.set(id, { end, peer });
    this.whileAlive(() =>
      end.send({ type: "HANDSHAKE", epoch: this.epoch, hostname: this.name }),
    )();
    return {
      onMessage: this.whileAlive((message) => this.onAgentMessage(id, peer, message)),
      onClose: this.whileAlive(() => this.onAgentDisconnected(id)),
    };
  }

  /** A scheduler's connection for its SUBSCRIBE comes in; undefined: refused. */
  acceptScheduler(
    peer: string,
    end: SchedulerConnection,
  ): EndpointHandlers<scheduler.Call> | undefined {
    if (!this.leads) return undefined;
    const { request, stream } = this.http.subscribe(end, peer);
    return {
      onMessage: this.whileAlive((call) => this.onCall(peer, request, stream, call)),
      onClose: this.whileAlive(() => this.onStreamClosed(stream)),
    };
  }

  /** A call other than SUBSCRIBE; not answered at all while this master does not lead. */
  serveCall(
    peer: string,
    stream: StreamId | undefined,
    call: scheduler.Call,
    answer: Answer,
  ): void {
    if (!this.leads) return;
    this.whileAlive(() => this.onCall(peer, this.http.receive(answer), stream, call))();
  }

  /** An operator's call, over a network of its own that loses nothing. */
  operate(call: master.Call, answer: Answer = () => {}): void {
    if (!this.leads) return;
    this.world.transcript.note(() => `operator -> ${this.name} ${call.type}`);
    this.whileAlive(() =>
      this.step({ type: "OPERATOR_CALL", request: this.http.receive(answer), call }),
    )();
  }

  protected override boot(): void {
    const number = ++this.processes;
    this.http = new HttpEdge(`${this.name}-${number}`);
    const settings = this.options.settings(number, this.world.clock.now());
    this.options.registry.open(
      this.whileAlive((epoch, registry) => {
        this.epoch = epoch;
        this.machine = this.options.build(settings, this.random);
        this.world.transcript.note(() => `${this.name} leads with epoch ${epoch}`);
        this.step({ type: "ELECTED", epoch, registry });
      }),
    );
  }

  protected override hangUp(silent: boolean): void {
    this.options.registry.disk.crash();
    for (const { end } of this.agents.values()) {
      if (silent) end.vanish();
      else end.close();
    }
    this.agents.clear();
    this.http.hangUp(silent);
  }

  protected override carryOut(effect: MasterEffect): void {
    switch (effect.type) {
      case "SEND":
        return this.send(effect.connection, effect.message);
      case "DISCONNECT":
        this.agents.get(effect.connection)?.end.close();
        this.after(0, () => this.onAgentDisconnected(effect.connection));
        return;
      case "OPEN_STREAM":
        return this.http.openStream(effect.request, effect.stream);
      case "EVENT":
        return this.sendEvent(effect.stream, effect.event);
      case "CLOSE_STREAM":
        this.http.close(effect.stream);
        this.after(0, () => this.onStreamClosed(effect.stream));
        return;
      case "RESPOND":
        return this.http.respond(effect.request, effect.status, effect.message);
      case "PERSIST":
        this.options.registry.apply(
          this.epoch,
          effect.operations,
          this.whileAlive((written) => {
            if (written) this.step({ type: "PERSISTED", ticket: effect.ticket });
            else this.exit("a newer leader has opened the registry");
          }),
        );
        return;
      case "TIMER":
        this.after(effect.delayMs, () => this.step({ type: "TIMER", timer: effect.timer }));
        return;
      case "ALLOCATE":
        this.after(0, () => this.step({ type: "ALLOCATE" }));
        return;
      case "LOG":
        return;
      case "EXIT":
        return this.exit(effect.message);
    }
  }

  private exit(message: string): void {
    this.world.transcript.note(() => `${this.name} exits: ${message}`);
    this.crash();
    this.world.clock.schedule(between(this.world.random, 1, this.options.restartMs), () =>
      this.start(),
    );
  }

  private send(id: ConnectionId, message: MasterToAgent): void {
    const agent = this.agents.get(id);
    if (agent === undefined) return;
    this.onSend(message);
    const sent = agent.end.send({
      type: "MESSAGE",
      message: this.world.codec.masterToAgent(message),
    });
    if (!sent) this.lost(agent.peer, describeToAgent(this.world.transcript, message));
  }

  private sendEvent(stream: StreamId, event: scheduler.Event): void {
    const peer = this.http.peerOf(stream);
    this.onEvent(event);
    if (!this.http.send(stream, this.world.codec.schedulerEvent(event)))
      this.lost(peer, describeEvent(this.world.transcript, event));
  }

  private lost(peer: string, what: string | undefined): void {
    this.world.transcript.note(() => what && `${this.name} -x ${peer} ${what}`);
  }

  private onAgentMessage(id: ConnectionId, peer: string, message: AgentToMaster): void {
    const { transcript } = this.world;
    transcript.note(() => {
      const what = describeToMaster(transcript, message);
      return what && `${peer} -> ${this.name} ${what}`;
    });
    this.step({ type: "AGENT_MESSAGE", connection: id, remoteAddress: peer, message });
  }

  private onAgentDisconnected(id: ConnectionId): void {
    const agent = this.agents.get(id);
    if (agent === undefined) return;
    this.agents.delete(id);
    this.world.transcript.note(() => `${this.name} loses its connection with ${agent.peer}`);
    this.step({ type: "AGENT_DISCONNECTED", connection: id });
  }

  private onCall(
    peer: string,
    request: RequestId,
    stream: StreamId | undefined,
    call: scheduler.Call,
  ): void {
    const { transcript } = this.world;
    transcript.note(() => `${peer} -> ${this.name} ${describeCall(transcript, call)}`);
    this.step({ type: "SCHEDULER_CALL", request, stream, call });
  }

  private onStreamClosed(stream: StreamId): void {
    const peer = this.http.peerOf(stream);
    if (!this.http.forget(stream)) return;
    this.world.transcript.note(() => `${this.name} loses its stream to ${peer}`);
    this.step({ type: "STREAM_CLOSED", stream });
  }
}
