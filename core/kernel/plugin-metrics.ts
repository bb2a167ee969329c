import { KernelError } from "../base/kernel-error.js";
import type { Logger } from "../base/logger.js";
import { isThenable } from "../base/thenable.js";
import type { PluginMetric } from "./plugin.js";

/** What the kernel's own metrics begin with, on a master or an agent. */
const KERNEL_NAMESPACES = [
  "allocator",
  "containerizer",
  "gc",
  "master",
  "registrar",
  "slave",
  "system",
];

interface Added {
  readonly plugin: string;
  readonly metric: PluginMetric;
}

/** The metrics of all plugins of a kernel. One that cannot be read is logged, once, and left out. */
export class PluginMetrics {
  private readonly added = new Map<string, Added>();
  private readonly complainedOf = new Set<string>();

  constructor(private readonly logger: Logger) {}

  /** @throws KernelError MODULE_INVALID where the kernel or a plugin has a metric of that name. */
  add(plugin: string, metric: PluginMetric): void {
    const problem = this.invalidName(metric.name);
    if (problem !== undefined) {
      const name = JSON.stringify(metric.name);
      throw new KernelError("MODULE_INVALID", `plugin ${plugin}: metric ${name}: ${problem}`);
    }
    this.added.set(metric.name, { plugin, metric });
  }

  /** Every metric's value by its name. */
  read(): Readonly<Record<string, number>> {
    const values: Record<string, number> = {};
    for (const [name, one] of this.added) {
      const value = this.valueOf(one);
      if (value !== undefined) values[name] = value;
    }
    return values;
  }

  private invalidName(name: unknown): string | undefined {
    if (typeof name !== "string" || name === "") return "expected a name";
    const namespace = KERNEL_NAMESPACES.find((one) => name.startsWith(`${one}/`));
    if (namespace !== undefined) return `${namespace}/ is the kernel's own`;
    const other = this.added.get(name);
    return other && `plugin ${other.plugin} has one of that name`;
  }

  private valueOf(one: Added): number | undefined {
    try {
      const value: unknown = one.metric.read();
      if (typeof value === "number" && Number.isFinite(value)) return value;
      // Its failure would be the whole process's.
      if (isThenable(value)) Promise.resolve(value).catch(() => {});
      const given = typeof value === "number" ? value : `a value of type ${typeof value}`;
      this.complain(one, new TypeError(`expected a finite number, got ${given}`));
    } catch (cause) {
      this.complain(one, cause);
    }
    return undefined;
  }

  private complain({ plugin, metric: { name } }: Added, cause: unknown): void {
    if (this.complainedOf.has(name)) return;
    this.complainedOf.add(name);
    this.logger.warn("metric failed and is left out", { metric: name, plugin, cause });
  }
}
