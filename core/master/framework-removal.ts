import type { FrameworkId } from "../base/ids.js";
import { Resources } from "../resources/resources.js";
import { unlinkExecutor } from "./accounting.js";
import type { Frameworks } from "./frameworks.js";
import type { MasterContext } from "./master-context.js";
import type { Framework } from "./master-state.js";
import type { Offers } from "./offers.js";
import type { Operations } from "./operations.js";
import { applyStatus, countTerminal, statusFromMaster } from "./task-status.js";
import type { Tasks } from "./tasks.js";

export interface RemovalParts {
  readonly frameworks: Frameworks;
  readonly offers: Offers;
  readonly tasks: Tasks;
  readonly operations: Operations;
}

/** The end of a framework: torn down, or not back within its failover timeout. Its id cannot be used again. */
export class FrameworkRemoval {
  constructor(
    private readonly context: MasterContext,
    private readonly parts: RemovalParts,
  ) {}

  onFailoverTimeout(frameworkId: FrameworkId, generation: number): void {
    const framework = this.context.state.frameworks.get(frameworkId);
    if (framework === undefined || framework.stream !== undefined) return;
    if (framework.generation === generation) this.remove(framework, "failover timeout is over");
  }

  /** Executors are shut down and tasks end as KILLED; reservations and volumes stay. */
  remove(framework: Framework, why: string): void {
    const { context } = this;
    this.parts.frameworks.closeStream(framework);
    for (const offer of [...framework.offers.values()]) this.parts.offers.discard(offer);
    this.shutDownOnAgents(framework);
    this.endTasks(framework);
    this.endExecutors(framework);
    this.parts.operations.onFrameworkRemoved(framework);
    context.allocator.removeFramework(framework.id);
    context.state.frameworks.delete(framework.id);
    this.remember(framework);
    context.log("info", "framework removed", { frameworkId: framework.id, why });
  }

  private shutDownOnAgents(framework: Framework): void {
    const ids = new Set(framework.executors.keys());
    for (const task of framework.tasks.values()) ids.add(task.agentId);
    for (const id of ids) {
      const agent = this.context.state.agents.get(id);
      if (agent !== undefined)
        this.context.send(agent, { type: "SHUTDOWN_FRAMEWORK", frameworkId: framework.id });
    }
  }

  /** The framework is not told: it asked for this, or is not there. */
  private endTasks(framework: Framework): void {
    for (const task of [...framework.tasks.values()]) {
      if (!task.terminated) {
        const status = statusFromMaster(this.context, {
          taskId: task.taskId,
          agentId: task.agentId,
          executorId: task.executorId,
          state: "TASK_KILLED",
          reason: "REASON_FRAMEWORK_REMOVED",
          message: `Framework ${framework.id} removed`,
        });
        applyStatus(task, status, status.state);
        countTerminal(this.context, status);
      }
      this.parts.tasks.complete(framework, task);
    }
  }

  private endExecutors(framework: Framework): void {
    const { allocator, state, nowMs } = this.context;
    for (const [agentId, executors] of [...framework.executors]) {
      const agent = state.agents.get(agentId);
      if (agent === undefined) continue;
      for (const [executorId, { resources }] of [...executors]) {
        unlinkExecutor(agent, framework, executorId);
        const held = Resources.fromWire(resources);
        allocator.recoverResources(framework.id, agentId, held, { allocated: true }, nowMs);
      }
    }
  }

  private remember(framework: Framework): void {
    const { completedFrameworks } = this.context.state;
    const { maxCompletedFrameworks } = this.context.settings;
    completedFrameworks.set(framework.id, {
      info: framework.info,
      registeredTimeMs: framework.registeredTimeMs,
      reregisteredTimeMs: framework.reregisteredTimeMs,
      unregisteredTimeMs: this.context.nowMs,
      completedTasks: framework.completedTasks,
    });
    for (const id of completedFrameworks.keys()) {
      if (completedFrameworks.size <= maxCompletedFrameworks) break;
      completedFrameworks.delete(id);
    }
  }
}
