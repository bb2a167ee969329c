import { Agent } from "../../core/agent/agent.js";
import { AgentHooks } from "../../core/agent/agent-hooks.js";
import {
  agentCapabilities,
  agentDefaults,
  type AgentSettings,
} from "../../core/agent/agent-settings.js";
import { silentLogger } from "../../core/base/logger.js";
import { Master } from "../../core/master/master.js";
import { MasterHooks } from "../../core/master/master-hooks.js";
import { masterDefaults, type MasterSettings } from "../../core/master/master-settings.js";
import { Resources } from "../../core/resources/resources.js";
import { HierarchicalAllocator } from "../../modules/allocators/hierarchical.js";
import { DrfSorterFactory } from "../../modules/sorters/drf.js";
import { AgentProcess } from "./agent-process.js";
import { AuditedAllocator } from "./checks/audited-allocator.js";
import { MasterProcess } from "./master-process.js";
import { JobLedger } from "./scheduler/job-ledger.js";
import { plainScheduler } from "./scheduler/scheduler-behaviour.js";
import { SchedulerProcess } from "./scheduler-process.js";
import { SimulatedCheckpoints } from "./simulated-checkpoints.js";
import { SimulatedContainerizer } from "./simulated-containerizer.js";
import { quietDisk, SimulatedDisk } from "./simulated-disk.js";
import { SimulatedExecutor } from "./simulated-executor.js";
import { SimulatedRegistry } from "./simulated-registry.js";
import type { SimulationOptions } from "./simulation-options.js";
import type { World } from "./world.js";

/** Every process of a simulated cluster. The hooks generate code when first called, so all machines share theirs. */
export interface Cluster {
  readonly master: MasterProcess;
  readonly agents: readonly AgentProcess[];
  readonly schedulers: readonly SchedulerProcess[];
  readonly disks: readonly SimulatedDisk[];
  /** The books of the present master's allocator. */
  readonly books: () => AuditedAllocator | undefined;
}

const masterHooks = new MasterHooks(silentLogger);
const agentHooks = new AgentHooks(silentLogger);
const VERSION = "0.1.0";

export function buildCluster(world: World, options: SimulationOptions): Cluster {
  const disks: SimulatedDisk[] = [];
  const newDisk = (): SimulatedDisk => {
    const disk = new SimulatedDisk(world.clock, world.random, { ...quietDisk, ...options.disk });
    disks.push(disk);
    return disk;
  };
  const { master, books } = buildMaster(world, options, newDisk());
  const leader = () => (master.leads ? master : undefined);
  const agents: AgentProcess[] = [];
  const resources = Resources.parse(options.agentResources ?? "cpus:4;mem:4096").toWire();
  for (let i = 1; i <= (options.agents ?? 3); i++) {
    const name = `agent-${i}`;
    const hostname = name;
    const settings = (bootNumber: number, startTimeMs: number): AgentSettings => ({
      ...agentDefaults,
      agentInfo: { hostname, port: 5051, resources },
      version: VERSION,
      capabilities: agentCapabilities,
      ip: "10.0.0.1",
      port: 5051,
      workDir: "/var/lib/dasmos",
      bootId: `boot-${bootNumber}`,
      startTimeMs,
      ...options.agent,
    });
    const containerizer = new SimulatedContainerizer(world);
    const agent = new AgentProcess(world, {
      name,
      settings,
      leader,
      checkpoints: new SimulatedCheckpoints(newDisk()),
      containerizer,
      build: (own, random) => new Agent({ settings: own, random, hooks: agentHooks }),
      knownContainers: () => new Set(),
      maxReconnectMs: options.maxReconnectMs ?? 1_000,
      congestionLimit: options.congestionLimit ?? 1_000,
      restartMs: 5_000,
    });
    containerizer.startExecutor = (container) =>
      new SimulatedExecutor(world, container, {
        agent,
        onTask: (taskId, runs) => containerizer.onTask(taskId, container.id, runs),
        exit: () => containerizer.exit(container.id, 0),
      });
    agents.push(agent);
  }
  const schedulers = (options.schedulers ?? [{}]).map((behaviour, i) => {
    const whole = { ...plainScheduler, name: `scheduler-${i + 1}`, ...behaviour };
    const ledger = new JobLedger(whole, world.randomOf(`jobs of ${whole.name}`), world.clock.now());
    return new SchedulerProcess(world, { ledger, leader, ordered: options.orderedCalls ?? true });
  });
  return { master, agents, schedulers, disks, books };
}

function buildMaster(world: World, options: SimulationOptions, disk: SimulatedDisk) {
  let books: AuditedAllocator | undefined;
  const settings = (processNumber: number, startTimeMs: number): MasterSettings => ({
    ...masterDefaults,
    masterInfo: {
      id: `master-${processNumber}`,
      ip: 0x0100_000a,
      port: 5050,
      hostname: "master",
      version: VERSION,
    },
    version: VERSION,
    startTimeMs,
    ...options.master,
  });
  const master = new MasterProcess(world, {
    name: "master",
    registry: new SimulatedRegistry(disk),
    settings,
    build: (own, random) => {
      books = new AuditedAllocator(
        options.allocator?.() ?? new HierarchicalAllocator(new DrfSorterFactory()),
      );
      return new Master({ settings: own, allocator: books, random, hooks: masterHooks });
    },
    restartMs: 5_000,
  });
  return { master, books: () => books };
}
