/**
 * What authors of modules and plugins write against. One import, `dasmos`, gives the contracts of every kind with their
 * tokens, the means to declare a module, and the kernel's vocabulary; the contract suites are in `dasmos/testing`.
 */
import "reflect-metadata";

export { injectable } from "inversify";
export { z } from "zod";

export { assert } from "./base/assert.js";
export { type Disposable, DisposableStack } from "./base/disposable.js";
export type { Announcement, AsyncStep, Decorator } from "./base/hooks.js";
export type * from "./base/ids.js";
export { type ErrorCode, KernelError } from "./base/kernel-error.js";
export { type LogFields, Logger, type LogLevel, silentLogger } from "./base/logger.js";
export { Random, SeededRandom, shuffle } from "./base/random.js";
export { inject, injectAll, type ServiceToken, serviceToken } from "./base/service-token.js";

export * from "./contracts/agent-directories.js";
export * from "./contracts/allocator.js";
export * from "./contracts/authentication.js";
export * from "./contracts/authorizer.js";
export * from "./contracts/checkpoint-store.js";
export * from "./contracts/container.js";
export * from "./contracts/container-logger.js";
export * from "./contracts/containerizer.js";
export * from "./contracts/fetcher.js";
export * from "./contracts/isolator.js";
export * from "./contracts/launcher.js";
export * from "./contracts/leadership.js";
export * from "./contracts/master-directories.js";
export * from "./contracts/oversubscription.js";
export * from "./contracts/principal.js";
export * from "./contracts/registry-store.js";
export * from "./contracts/secret-resolver.js";
export * from "./contracts/sorter.js";
export * from "./contracts/transport.js";

export type { AgentHooks } from "./agent/agent-hooks.js";
export type { MasterHooks } from "./master/master-hooks.js";
export { Clock } from "./machine/runtime.js";
export { bytes, duration } from "./kernel/configuration/fields.js";
export {
  defineModule,
  type Module,
  moduleApiVersion,
  type ModuleDefinition,
  type ModuleParameters,
} from "./kernel/module.js";
export type { ModuleKind, ServiceOf } from "./kernel/module-kinds.js";
export {
  definePlugin,
  type Plugin,
  type PluginContext,
  type PluginDefinition,
  type PluginMetric,
  type PluginRequest,
  type PluginResponse,
  type PluginRoute,
  type PluginService,
} from "./kernel/plugin.js";

export type * as protocol from "./protocol/v1.js";
export type { scheduler, v1 } from "./protocol/v1.js";
export { parseQuantities, type ResourceQuantities } from "./resources/quantities.js";
export { Resources } from "./resources/resources.js";
