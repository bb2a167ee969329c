import type { MasterConfiguration } from "../kernel/configuration/master-configuration.js";
import { masterDefaults, type MasterSettings } from "../master/master-settings.js";
import type { v1 } from "../protocol/v1.js";
import { MESOS_VERSION } from "./version.js";

/** A master's settings as its configuration has them. */
export function toMasterSettings(
  configuration: MasterConfiguration,
  masterInfo: v1.MasterInfo,
  startTimeMs: number,
): MasterSettings {
  const { cluster, offerTimeoutMs, roles } = configuration;
  return {
    ...masterDefaults,
    masterInfo,
    version: MESOS_VERSION,
    startTimeMs,
    ...(cluster !== undefined && { cluster }),
    agentPingTimeoutMs: configuration.agentPingTimeoutMs,
    maxAgentPingTimeouts: configuration.maxAgentPingTimeouts,
    agentReregisterTimeoutMs: configuration.agentReregisterTimeoutMs,
    recoveryAgentRemovalLimit: configuration.recoveryAgentRemovalLimit,
    allocationIntervalMs: configuration.allocationIntervalMs,
    heartbeatIntervalMs: configuration.heartbeatIntervalMs,
    ...(offerTimeoutMs !== undefined && { offerTimeoutMs }),
    ...(roles !== undefined && { roles: new Set(roles) }),
    weights: new Map(Object.entries(configuration.weights)),
    rootSubmissions: configuration.rootSubmissions,
    minAllocatableResources: configuration.minAllocatableResources,
    fairnessExcludedResources: new Set(configuration.fairSharingExcludedResources),
    filterGpuResources: configuration.filterGpuResources,
    agentRecoveryFactor: configuration.allocatorAgentRecoveryFactor,
    allocatorRecoveryTimeoutMs: configuration.allocatorRecoveryTimeoutMs,
    maxCompletedFrameworks: configuration.maxCompletedFrameworks,
    maxCompletedTasksPerFramework: configuration.maxCompletedTasksPerFramework,
    maxUnreachableTasksPerFramework: configuration.maxUnreachableTasksPerFramework,
    registryGcIntervalMs: configuration.registryGcIntervalMs,
    registryMaxAgentAgeMs: configuration.registryMaxAgentAgeMs,
    registryMaxAgentCount: configuration.registryMaxAgentCount,
    requireAgentDomain: configuration.requireAgentDomain,
  };
}
