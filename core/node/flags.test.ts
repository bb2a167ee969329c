import { expect } from "chai";
import {
  readAgentConfiguration,
  readMasterConfiguration,
} from "../kernel/configuration/read-configuration.js";
import { toFlags } from "./flags.js";

function masterFlags(raw: object) {
  const { configuration, problems } = readMasterConfiguration({ workDir: "/w", ...raw });
  expect(problems).to.deep.equal([]);
  return toFlags("master", configuration as Parameters<typeof toFlags>[1]);
}

describe("toFlags", () => {
  it("shows the defaults as Mesos writes them", () => {
    expect(masterFlags({})).to.deep.equal({
      agent_ping_timeout: "15secs",
      agent_reregister_timeout: "10mins",
      allocation_interval: "1secs",
      allocator: "hierarchical",
      allocator_agent_recovery_factor: "0.8",
      allocator_recovery_timeout: "10mins",
      fair_sharing_excluded_resource_names: "",
      filter_gpu_resources: "true",
      framework_sorter: "drf",
      heartbeat_interval: "15secs",
      insecure: "false",
      ip: "127.0.0.1",
      log_format: "human",
      logging_level: "INFO",
      master_contender: "standalone",
      max_agent_ping_timeouts: "5",
      max_completed_frameworks: "50",
      max_completed_tasks_per_framework: "1000",
      max_unreachable_tasks_per_framework: "1000",
      min_allocatable_resources: "cpus:0.01|mem:32",
      port: "5050",
      recovery_agent_removal_limit: "100%",
      registry: "lmdb",
      registry_fetch_timeout: "1mins",
      registry_gc_interval: "15mins",
      registry_max_agent_age: "2weeks",
      registry_max_agent_count: "102400",
      registry_store_timeout: "20secs",
      require_agent_domain: "false",
      role_sorter: "drf",
      root_submissions: "true",
      transport: "websocket",
      weights: "",
      work_dir: "/w",
    });
  });

  it("prints each value as its flag takes it", () => {
    expect(
      masterFlags({
        allocationInterval: "50ms",
        offerTimeout: "90secs",
        domain: { region: "eu", zone: "a" },
        fairSharingExcludedResources: ["gpus", "disk"],
        logLevel: "warn",
        minAllocatableResources: ["cpus:1;mem:64", "disk:0.5"],
        recoveryAgentRemovalLimit: "14%",
        roles: ["web", "db"],
        weights: { web: 2, db: 0.5 },
        modules: { registry: "memory", sorter: "random" },
      }),
    ).to.include({
      allocation_interval: "50ms",
      offer_timeout: "90secs",
      domain: '{"fault_domain":{"region":{"name":"eu"},"zone":{"name":"a"}}}',
      fair_sharing_excluded_resource_names: "gpus,disk",
      logging_level: "WARNING",
      min_allocatable_resources: "cpus:1;mem:64|disk:0.5",
      recovery_agent_removal_limit: "14%",
      roles: "web,db",
      weights: "web=2,db=0.5",
      registry: "in_memory",
      role_sorter: "random",
      framework_sorter: "random",
    });
  });

  it("names modules under Mesos' flags, and keeps their parameters to itself", () => {
    const { configuration } = readAgentConfiguration({
      workDir: "/w",
      master: "127.0.0.1:5050",
      modules: { plugins: ["./rack.js"], parameters: { "./rack.js": { password: "secret" } } },
    });
    const flags = toFlags("agent", configuration as Parameters<typeof toFlags>[1]);
    expect(flags).to.include({
      isolation: "filesystem/posix,posix/cpu,posix/mem",
      containerizers: "posix",
      launcher: "posix",
      container_logger: "sandbox",
      master_detector: "standalone",
      hooks: "./rack.js",
      executor_environment_variables: "{}",
    });
    expect(JSON.stringify(flags)).not.to.include("secret");
  });
});
