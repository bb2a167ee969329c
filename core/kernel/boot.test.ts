import { expect } from "chai";
import { injectable } from "inversify";
import { z } from "zod";
import type { Disposable } from "../base/disposable.js";
import { KernelError } from "../base/kernel-error.js";
import { type LogFields, silentLogger } from "../base/logger.js";
import { serviceNameOf } from "../base/service-name.js";
import { inject, injectAll, serviceToken } from "../base/service-token.js";
import { Containerizer } from "../contracts/containerizer.js";
import { Isolator, type IsolatorStage } from "../contracts/isolator.js";
import { Launcher } from "../contracts/launcher.js";
import { AgentHooks } from "../agent/agent-hooks.js";
import { boot, type KernelOptions, provide } from "./boot.js";
import type { ConfiguredModule, ConfiguredPlugin } from "./configured-modules.js";
import { defineModule } from "./module.js";
import type { ModuleKind } from "./module-kinds.js";
import { definePlugin } from "./plugin.js";

const Journal = serviceToken<string[]>("test/Journal");
const Shares = serviceToken<number>("test/Shares");

/** A module that writes down when it is built and disposed of. */
function journalling(kind: ModuleKind, name: string, stage?: IsolatorStage): ConfiguredModule {
  @injectable()
  class Journalling {
    readonly name = name;
    constructor(@inject(Journal) private readonly journal: string[]) {
      journal.push(`built ${name}`);
    }
    dispose(): void {
      this.journal.push(`disposed ${name}`);
    }
  }
  const definition = { kind, name, apiVersion: 1, stage, implementation: Journalling };
  return configured(defineModule(definition as never) as never, name);
}

function configured(module: ConfiguredModule["module"], reference: string, parameters?: unknown) {
  return { kind: module.kind, reference, module, parameters };
}

function options(journal: string[], more: Partial<KernelOptions>): KernelOptions {
  const clock = { now: () => 0, schedule: () => ({ dispose: () => {} }) };
  return {
    process: "agent",
    logger: silentLogger,
    clock,
    hooks: { agent: new AgentHooks(silentLogger) },
    modules: [],
    plugins: [],
    provided: [provide(Journal, journal)],
    ...more,
  };
}

const plugin = (definition: Parameters<typeof definePlugin>[0]): ConfiguredPlugin => ({
  reference: definition.name,
  plugin: definePlugin(definition),
  parameters: undefined,
});

function lockIn(journal: string[]): Disposable {
  return { dispose: () => void journal.push("unlocked") };
}

describe("boot", () => {
  it("builds each module once, isolators by stage, and disposes of them in reverse", async () => {
    const journal: string[] = [];
    @injectable()
    class Composer {
      readonly names: readonly unknown[];
      constructor(
        @injectAll(Isolator) isolators: readonly Isolator[],
        @inject(Launcher) launcher: Launcher,
      ) {
        this.names = [...isolators, launcher].map((one) => (one as { name?: string }).name);
      }
    }
    const containerizer = defineModule({
      kind: "containerizer",
      name: "composer",
      apiVersion: 1,
      implementation: Composer as never,
    });
    const kernel = await boot(
      options(journal, {
        modules: [
          configured(containerizer as never, "composer"),
          journalling("isolator", "late", "network"),
          journalling("isolator", "unstaged"),
          journalling("isolator", "early", "filesystem"),
          journalling("isolator", "early-too", "filesystem"),
          journalling("launcher", "posix"),
        ],
        held: lockIn(journal),
      }),
    );
    kernel.add({ dispose: () => void journal.push("disposed server") });
    const composer = kernel.get(Containerizer) as unknown as Composer;
    expect(composer.names).to.deep.equal(["early", "early-too", "late", "unstaged", "posix"]);
    expect(kernel.getAll(Isolator).map(serviceNameOf)).to.deep.equal(composer.names.slice(0, -1));
    expect(serviceNameOf(new Composer([], {} as Launcher))).to.equal("Composer");
    await kernel.dispose();
    const names = ["early", "early-too", "late", "unstaged", "posix"];
    expect(journal).to.deep.equal([
      ...names.map((name) => `built ${name}`),
      "disposed server",
      ...names.toReversed().map((name) => `disposed ${name}`),
      "unlocked",
    ]);
  });

  it("injects a module's parameters, and refuses two modules with one token for them", async () => {
    @injectable()
    class Sharing {
      constructor(@inject(Shares) readonly shares: number) {}
    }
    const module = defineModule({
      kind: "isolator",
      name: "sharing",
      apiVersion: 1,
      parameters: { token: Shares, schema: z.number() },
      implementation: Sharing as never,
    }) as never;
    const kernel = await boot(options([], { modules: [configured(module, "sharing", 512)] }));
    expect(kernel.getAll(Isolator)).to.deep.equal([{ shares: 512 }]);
    const twice = [configured(module, "one", 1), configured(module, "two", 2)];
    const error: unknown = await boot(options([], { modules: twice })).catch((e: unknown) => e);
    expect(error).to.include({
      code: "MODULE_INVALID",
      message: "isolator two: has the parameters' token of another module",
    });
  });

  it("names a module that fails to start, and disposes of those before it", async () => {
    const journal: string[] = [];
    class Failing {
      constructor() {
        throw new Error("no cgroups here");
      }
    }
    const failing = defineModule({
      kind: "isolator",
      name: "failing",
      apiVersion: 1,
      stage: "other",
      implementation: Failing,
    }) as never;
    const modules = [
      configured(failing, "failing"),
      journalling("isolator", "early", "filesystem"),
    ];
    const error: unknown = await boot(options(journal, { modules, held: lockIn(journal) })).catch(
      (e: unknown) => e,
    );
    expect(error).to.be.instanceOf(KernelError);
    expect(error).to.include({
      code: "MODULE_FAILED",
      message: "isolator failing failed to start: no cgroups here",
    });
    expect(journal).to.deep.equal(["built early", "disposed early", "unlocked"]);
  });

  it("lets plugins tap hooks and add routes, metrics and services, in their order", async () => {
    const journal: string[] = [];
    const hooks = new AgentHooks(silentLogger);
    const service = (name: string) => ({
      start: () => void journal.push(`started ${name}`),
      dispose: () => void journal.push(`disposed ${name}`),
    });
    const route = { method: "GET", path: "/one", handle: () => ({ status: 200 }) } as const;
    const metric = { name: "one/calls", help: "calls", type: "counter", read: () => 1 } as const;
    const kernel = await boot(
      options(journal, {
        hooks: { agent: hooks },
        plugins: [
          plugin({
            name: "one",
            apiVersion: 1,
            agent: (tapped) => tapped.taskStatus.tap("one", (s) => ({ ...s, message: "one" })),
            routes: () => [route],
            metrics: () => [metric],
            services: () => [service("one")],
          }),
          plugin({
            name: "two",
            apiVersion: 1,
            agent: (tapped) =>
              tapped.taskStatus.tap("two", (s) => ({ ...s, message: `${s.message} two` })),
            services: () => [service("two")],
          }),
        ],
      }),
    );
    const status = { task_id: { value: "t" }, state: "TASK_RUNNING" } as const;
    expect(hooks.taskStatus.call(status, "f")).to.deep.equal({ ...status, message: "one two" });
    expect(kernel.routes).to.deep.equal([{ plugin: "one", route }]);
    expect(kernel.metrics.read()).to.deep.equal({ "one/calls": 1 });
    expect(journal).to.deep.equal([]);
    await kernel.start();
    await kernel.dispose();
    expect(journal).to.deep.equal(["started one", "started two", "disposed two", "disposed one"]);
  });

  it("refuses a plugin with a part that returns a promise, whatever becomes of the promise", async () => {
    const late = () => Promise.reject(new Error("too late")) as never;
    const messages: unknown[] = [];
    for (const part of ["agent", "routes", "metrics", "services"]) {
      const plugins = [plugin({ name: "late", apiVersion: 1, [part]: late })];
      const error: unknown = await boot(options([], { plugins })).catch((e: unknown) => e);
      messages.push(error instanceof KernelError && [error.code, error.message]);
    }
    const problem = "returned a promise, and is not waited for";
    expect(messages).to.deep.equal([
      ["MODULE_INVALID", `plugin late: agent ${problem}`],
      ["MODULE_INVALID", `plugin late: routes ${problem}`],
      ["MODULE_INVALID", `plugin late: metrics ${problem}`],
      ["MODULE_INVALID", `plugin late: services ${problem}`],
    ]);
  });

  it("names what fails to close, and closes the rest", async () => {
    const journal: string[] = [];
    const errors: unknown[] = [];
    const error = (message: string, fields?: LogFields) =>
      void errors.push([message, { ...fields, cause: String(fields?.["cause"]) }]);
    @injectable()
    class Stuck {
      dispose(): Promise<void> {
        return Promise.reject(new Error("disk is gone"));
      }
    }
    const stuck = defineModule({
      kind: "isolator",
      name: "stuck",
      apiVersion: 1,
      stage: "other",
      implementation: Stuck as never,
    }) as never;
    const failing = {
      start: () => {},
      dispose: () => {
        throw new Error("not now");
      },
    };
    const kernel = await boot(
      options(journal, {
        logger: { debug: () => {}, info: () => {}, warn: () => {}, error },
        modules: [journalling("isolator", "early", "filesystem"), configured(stuck, "./stuck.js")],
        plugins: [plugin({ name: "one", apiVersion: 1, services: () => [failing] })],
        held: lockIn(journal),
      }),
    );
    await kernel.start();
    await kernel.dispose();
    expect(journal).to.deep.equal(["built early", "disposed early", "unlocked"]);
    expect(errors).to.deep.equal([
      ["plugin one failed to close", { cause: "Error: not now" }],
      ["isolator ./stuck.js failed to close", { cause: "Error: disk is gone" }],
    ]);
  });

  it("warns of a service that is long in starting, and starts none after it has been closed", async () => {
    const journal: string[] = [];
    const warnings: string[] = [];
    const timers: (() => void)[] = [];
    const schedule = (_: number, fire: () => void) => {
      timers.push(fire);
      return { dispose: () => void timers.splice(timers.indexOf(fire), 1) };
    };
    let finish = () => {};
    const slow = {
      start: () => new Promise<void>((settle) => (finish = settle)),
      dispose: () => void journal.push("disposed slow"),
    };
    const next = { start: () => void journal.push("started next"), dispose: () => {} };
    const kernel = await boot(
      options([], {
        clock: { now: () => 0, schedule },
        logger: {
          debug: () => {},
          info: () => {},
          warn: (message) => void warnings.push(message),
          error: () => {},
        },
        plugins: [plugin({ name: "slow", apiVersion: 1, services: () => [slow, next] })],
      }),
    );
    const starting = kernel.start();
    for (const fire of timers) fire();
    expect(warnings).to.deep.equal(["plugin slow is still starting"]);
    await kernel.dispose();
    finish();
    await starting;
    expect([journal, timers]).to.deep.equal([["disposed slow"], []]);
  });
});
