import type { ServiceToken } from "../base/service-token.js";
import { Allocator } from "../contracts/allocator.js";
import {
  AgentAuthenticatee,
  AgentAuthenticator,
  HttpAuthenticator,
} from "../contracts/authentication.js";
import { Authorizer } from "../contracts/authorizer.js";
import { CheckpointStore } from "../contracts/checkpoint-store.js";
import { ContainerLogger } from "../contracts/container-logger.js";
import { Containerizer } from "../contracts/containerizer.js";
import { Fetcher } from "../contracts/fetcher.js";
import { Isolator } from "../contracts/isolator.js";
import { Launcher } from "../contracts/launcher.js";
import { Contender, Detector } from "../contracts/leadership.js";
import { QosController, ResourceEstimator } from "../contracts/oversubscription.js";
import { RegistryStore } from "../contracts/registry-store.js";
import { SecretResolver } from "../contracts/secret-resolver.js";
import { SorterFactory } from "../contracts/sorter.js";
import { Transport } from "../contracts/transport.js";

/** What a kind of module is: the service it provides, where its built-ins live, who loads it and how many. */
export interface ModuleKindRow {
  readonly token: ServiceToken<unknown>;
  /** The folder of the built-ins, under `modules/`. */
  readonly folder: string;
  readonly process: "master" | "agent" | "both";
  /** `one`: exactly one is loaded; `optional`: at most one; `many`: a list, in order. */
  readonly cardinality: "one" | "optional" | "many";
  /** False while no kernel calls it: configuring one is refused rather than ignored. */
  readonly supported: boolean;
}

/** Every kind of module the kernel knows. */
export const moduleKinds = {
  allocator: row(Allocator, "allocators", "master", "one"),
  sorter: row(SorterFactory, "sorters", "master", "one"),
  registry: row(RegistryStore, "registries", "master", "one"),
  contender: row(Contender, "contenders", "master", "one"),
  detector: row(Detector, "detectors", "agent", "one"),
  transport: row(Transport, "transports", "both", "one"),
  isolator: row(Isolator, "isolators", "agent", "many"),
  containerizer: row(Containerizer, "containerizers", "agent", "many"),
  launcher: row(Launcher, "launchers", "agent", "one"),
  fetcher: notYet(Fetcher, "fetchers", "agent", "optional"),
  "container-logger": row(ContainerLogger, "container-loggers", "agent", "one"),
  checkpoints: row(CheckpointStore, "checkpoints", "agent", "one"),
  "http-authenticator": notYet(HttpAuthenticator, "http-authenticators", "both", "many"),
  "agent-authenticator": notYet(AgentAuthenticator, "agent-authenticators", "master", "optional"),
  "agent-authenticatee": notYet(AgentAuthenticatee, "agent-authenticatees", "agent", "optional"),
  authorizer: notYet(Authorizer, "authorizers", "both", "optional"),
  "secret-resolver": notYet(SecretResolver, "secret-resolvers", "agent", "optional"),
  "resource-estimator": notYet(ResourceEstimator, "resource-estimators", "agent", "optional"),
  "qos-controller": notYet(QosController, "qos-controllers", "agent", "optional"),
} as const satisfies Record<string, ModuleKindRow>;

export type ModuleKind = keyof typeof moduleKinds;

/** The interface a module of the kind has to implement. */
export type ServiceOf<K extends ModuleKind> =
  (typeof moduleKinds)[K]["token"] extends ServiceToken<infer T> ? T : never;

function row<T, C extends ModuleKindRow["cardinality"]>(
  token: ServiceToken<T>,
  folder: string,
  process: ModuleKindRow["process"],
  cardinality: C,
) {
  return { token, folder, process, cardinality, supported: true as boolean };
}

function notYet<T, C extends ModuleKindRow["cardinality"]>(
  token: ServiceToken<T>,
  folder: string,
  process: ModuleKindRow["process"],
  cardinality: C,
) {
  return { ...row(token, folder, process, cardinality), supported: false };
}

export function isModuleKind(text: string): text is ModuleKind {
  return Object.hasOwn(moduleKinds, text);
}

/** The key that names modules of the kind in a configuration: `allocator`, `containerLogger`, `isolators`. */
export function configurationKey(kind: ModuleKind): string {
  const { cardinality, folder } = moduleKinds[kind];
  return (cardinality === "many" ? folder : kind).replace(/-(\w)/g, (_, letter: string) =>
    letter.toUpperCase(),
  );
}
