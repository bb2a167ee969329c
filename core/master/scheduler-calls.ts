import { unreachable } from "../base/assert.js";
import type { AgentToMaster } from "../protocol/agent-protocol.js";
import type { scheduler } from "../protocol/v1.js";
import type { Acceptor } from "./accept.js";
import type { FrameworkRemoval } from "./framework-removal.js";
import type { Frameworks } from "./frameworks.js";
import type { MasterContext } from "./master-context.js";
import type { MasterInput } from "./master-io.js";
import type { Agent, Framework } from "./master-state.js";
import type { Offers } from "./offers.js";
import type { Operations } from "./operations.js";
import type { Reconciliation } from "./reconciliation.js";
import type { Tasks } from "./tasks.js";

type SchedulerCall = Extract<MasterInput, { type: "SCHEDULER_CALL" }>;
interface Refusal {
  readonly status: number;
  readonly message: string;
}

export interface SchedulerCallParts {
  readonly acceptor: Acceptor;
  readonly frameworks: Frameworks;
  readonly offers: Offers;
  readonly operations: Operations;
  readonly reconciliation: Reconciliation;
  readonly removal: FrameworkRemoval;
  readonly tasks: Tasks;
}

/** The scheduler API behind its HTTP edge: who may call, and who answers. 202 says that a call was taken, no more. */
export class SchedulerCalls {
  constructor(
    private readonly context: MasterContext,
    private readonly parts: SchedulerCallParts,
  ) {}

  onCall(input: SchedulerCall): void {
    const { context } = this;
    const { call, request } = input;
    if (call.type === "SUBSCRIBE") return this.subscribe(input);
    const framework = context.state.frameworks.get(call.framework_id?.value ?? "");
    const refusal = this.refusal(input, framework);
    if (refusal !== undefined || framework === undefined)
      return context.respond(request, refusal?.status ?? 400, refusal?.message);
    if (call.type === "UPDATE_FRAMEWORK" && call.update_framework !== undefined)
      return this.parts.frameworks.onUpdate(framework, request, call.update_framework);
    const taken = this.dispatch(framework, call);
    if (taken) context.respond(request, 202);
    else context.respond(request, 501, `${call.type ?? "UNKNOWN"} is not implemented`);
  }

  private subscribe({ call, request, stream, principal }: SchedulerCall): void {
    const { subscribe } = call;
    if (subscribe === undefined || stream === undefined)
      return this.context.respond(request, 400, "Expecting 'subscribe' to be present");
    this.parts.frameworks.onSubscribe(request, { stream, principal, subscribe });
  }

  private refusal(input: SchedulerCall, framework: Framework | undefined): Refusal | undefined {
    if (framework === undefined) return { status: 400, message: "Framework cannot be found" };
    const expected = framework.principal?.value;
    if (input.principal?.value !== expected)
      return {
        status: 400,
        message: `Authenticated principal '${input.principal?.value ?? ""}' does not match principal '${expected ?? ""}' of the framework`,
      };
    if (framework.stream === undefined)
      return { status: 403, message: "Framework is not subscribed" };
    if (input.stream === undefined)
      return {
        status: 400,
        message: "All non-subscribe calls should include the 'Mesos-Stream-Id' header",
      };
    if (input.stream !== framework.stream)
      return {
        status: 400,
        message:
          "The stream id included in this request does not match the stream id of the framework",
      };
    return undefined;
  }

  /** @returns false for a call this master knows by name and cannot carry out. */
  private dispatch(framework: Framework, call: scheduler.Call): boolean {
    const { acceptor, offers, operations, reconciliation, removal, tasks } = this.parts;
    const { type = "UNKNOWN" } = call;
    switch (type) {
      case "TEARDOWN":
        removal.remove(framework, "torn down by its scheduler");
        return true;
      case "ACCEPT":
        acceptor.onAccept(framework, call.accept ?? {});
        return true;
      case "DECLINE":
        offers.onDecline(framework, call.decline?.offer_ids ?? [], call.decline?.filters);
        return true;
      case "REVIVE":
        offers.onRevive(framework, call.revive?.roles ?? []);
        return true;
      case "SUPPRESS":
        offers.onSuppress(framework, call.suppress?.roles ?? []);
        return true;
      case "KILL":
        if (call.kill !== undefined) tasks.onKill(framework, call.kill);
        return true;
      case "SHUTDOWN":
        if (call.shutdown !== undefined) this.shutDownExecutor(framework, call.shutdown);
        return true;
      case "ACKNOWLEDGE":
        if (call.acknowledge !== undefined) tasks.onAcknowledge(framework, call.acknowledge);
        return true;
      case "RECONCILE":
        reconciliation.onReconcile(framework, call.reconcile ?? {});
        return true;
      case "RECONCILE_OPERATIONS":
        operations.onReconcile(framework, call.reconcile_operations ?? {});
        return true;
      case "ACKNOWLEDGE_OPERATION_STATUS":
        if (call.acknowledge_operation_status !== undefined)
          operations.onAcknowledge(framework, call.acknowledge_operation_status);
        return true;
      case "MESSAGE":
        if (call.message !== undefined) this.forward(framework, call.message);
        return true;
      case "REQUEST":
        this.context.count("messages_resource_request");
        return true;
      case "ACCEPT_INVERSE_OFFERS":
      case "DECLINE_INVERSE_OFFERS":
      case "UPDATE_FRAMEWORK":
      case "SUBSCRIBE":
      case "UNKNOWN":
        return false;
      default:
        unreachable(type);
    }
  }

  private shutDownExecutor(framework: Framework, shutdown: scheduler.Call.Shutdown): void {
    const agent = this.context.state.agents.get(shutdown.agent_id.value);
    if (agent === undefined) return;
    this.context.send(agent, {
      type: "SHUTDOWN_EXECUTOR",
      frameworkId: framework.id,
      executorId: shutdown.executor_id.value,
    });
  }

  /** Best effort in both directions: a message to or from somebody who is not there is lost. */
  private forward(framework: Framework, message: scheduler.Call.Message): void {
    const agent = this.context.state.agents.get(message.agent_id.value);
    this.context.count("messages_framework_to_executor");
    if (agent?.connection === undefined) {
      this.context.count("invalid_framework_to_executor_messages");
      return;
    }
    this.context.count("valid_framework_to_executor_messages");
    this.context.send(agent, {
      type: "FRAMEWORK_MESSAGE",
      frameworkId: framework.id,
      executorId: message.executor_id.value,
      data: message.data,
    });
  }

  onExecutorMessage(
    agent: Agent,
    { frameworkId, executorId, data }: Extract<AgentToMaster, { type: "EXECUTOR_MESSAGE" }>,
  ): void {
    this.context.count("messages_executor_to_framework");
    const framework = this.context.state.frameworks.get(frameworkId);
    if (framework === undefined) {
      this.context.count("invalid_executor_to_framework_messages");
      return;
    }
    this.context.count("valid_executor_to_framework_messages");
    this.context.event(framework, {
      type: "MESSAGE",
      message: { agent_id: { value: agent.id }, executor_id: { value: executorId }, data },
    });
  }
}
