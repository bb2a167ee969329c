import type { ExecutorId, FrameworkId } from "../base/ids.js";
import type { AgentContext } from "./agent-context.js";
import type { Framework } from "./agent-state.js";
import type { ExecutorTerminations } from "./executor-terminations.js";
import type { Frameworks } from "./frameworks.js";
import type { StatusUpdates } from "./status-updates.js";

export interface ShutdownsParts {
  readonly context: AgentContext;
  readonly frameworks: Frameworks;
  readonly updates: StatusUpdates;
  readonly terminations: ExecutorTerminations;
}

/** Ends executors, frameworks and the agent itself when it is told to. */
export class Shutdowns {
  constructor(private readonly parts: ShutdownsParts) {}

  onShutdownExecutor(frameworkId: FrameworkId, executorId: ExecutorId): void {
    const framework = this.parts.frameworks.get(frameworkId);
    const executor = framework?.executors.get(executorId);
    if (framework && executor) this.parts.terminations.shutdown({ framework, executor });
  }

  onShutdownFramework(frameworkId: FrameworkId): void {
    this.parts.updates.removeFramework(frameworkId);
    const framework = this.parts.frameworks.get(frameworkId);
    if (framework?.state === "RUNNING") this.shutdownFramework(framework);
  }

  /** SIGTERM leaves everything as it is, for the next process to find. Otherwise all ends, and then the agent. */
  onTerminate(unregister: boolean): void {
    const { context } = this.parts;
    if (!unregister) {
      context.exit(0, "told to terminate");
      return;
    }
    if (context.registered) {
      context.send({ type: "UNREGISTER_AGENT", agentId: context.agentId });
    }
    this.terminate();
  }

  onShutdownAgent(message: string): void {
    this.parts.context.log("warn", "the master shuts this agent down", { reason: message });
    this.terminate();
  }

  private terminate(): void {
    const { context, frameworks } = this.parts;
    if (context.state.phase === "TERMINATING") return;
    context.state.phase = "TERMINATING";
    if (context.state.frameworks.size === 0) frameworks.exitIfDone();
    for (const framework of context.state.frameworks.values()) {
      if (framework.state === "RUNNING") this.shutdownFramework(framework);
    }
  }

  private shutdownFramework(framework: Framework): void {
    const { terminations, frameworks, updates } = this.parts;
    framework.state = "TERMINATING";
    framework.pendingLaunches.clear();
    updates.removeFramework(framework.id);
    for (const executor of framework.executors.values()) {
      const place = { framework, executor };
      if (executor.state === "TERMINATED") terminations.removeIfDone(place);
      else terminations.shutdown(place);
    }
    frameworks.removeIfIdle(framework);
  }
}
