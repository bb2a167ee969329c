import type { FrameworkId } from "../base/ids.js";
import type { v1 } from "../protocol/v1.js";
import type { AgentContext } from "./agent-context.js";
import type { Framework } from "./agent-state.js";
import type { Checkpoints } from "./checkpoints.js";
import { idOf } from "./task-statuses.js";

/** The checkpointed record of the agent itself: it keeps its id over a restart. */
export const AGENT_RECORD = "agent";

/** Frameworks come with their first launch and go with their last executor; a terminating agent ends with the last. */
export class Frameworks {
  constructor(
    private readonly context: AgentContext,
    private readonly checkpoints: Checkpoints,
  ) {}

  get(frameworkId: FrameworkId): Framework | undefined {
    return this.context.state.frameworks.get(frameworkId);
  }

  /** The framework of a launch; one that was here before goes on where it ended. */
  getOrAdd(info: v1.FrameworkInfo): Framework {
    const { frameworks, completedFrameworks } = this.context.state;
    const id = idOf(info);
    const known = frameworks.get(id);
    if (known) return known;
    const framework: Framework = {
      id,
      info,
      state: "RUNNING",
      pendingLaunches: new Set(),
      executors: new Map(),
      completedExecutors: completedFrameworks.get(id)?.completedExecutors ?? [],
    };
    completedFrameworks.delete(id);
    frameworks.set(id, framework);
    return framework;
  }

  onUpdate(info: v1.FrameworkInfo): void {
    const framework = this.get(idOf(info));
    if (framework) framework.info = info;
  }

  removeIfIdle(framework: Framework): void {
    const { frameworks, completedFrameworks } = this.context.state;
    if (framework.executors.size > 0 || framework.pendingLaunches.size > 0) return;
    if (!frameworks.delete(framework.id)) return;
    completedFrameworks.set(framework.id, framework);
    for (const oldest of completedFrameworks.keys()) {
      if (completedFrameworks.size <= this.context.settings.maxCompletedFrameworks) break;
      completedFrameworks.delete(oldest);
    }
    this.exitIfDone();
  }

  /** Ends a terminating agent that runs nothing any more. Its next process is another agent, with another id. */
  exitIfDone(): void {
    const { phase, frameworks } = this.context.state;
    if (phase !== "TERMINATING" || frameworks.size > 0) return;
    this.checkpoints.write([{ key: AGENT_RECORD, value: undefined }]);
  }

  onSettled(): void {
    const { phase, frameworks } = this.context.state;
    if (phase !== "TERMINATING" || frameworks.size > 0) return;
    this.context.exit(0, "the agent has ended what it ran");
  }
}
