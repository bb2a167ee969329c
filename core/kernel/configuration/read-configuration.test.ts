import { expect } from "chai";
import {
  readAgentConfiguration,
  readLocalConfiguration,
  readMasterConfiguration,
} from "./read-configuration.js";

const lines = ({ problems }: { readonly problems: readonly { path: string; message: string }[] }) =>
  problems.map(({ path, message }) => `${path}: ${message}`);
const DURATION = "a duration such as 15secs (ns, us, ms, secs, mins, hrs, days or weeks)";

describe("readMasterConfiguration", () => {
  it("fills in Mesos' defaults and reads units", () => {
    const { configuration, problems } = readMasterConfiguration({
      workDir: "/var/lib/dasmos",
      offerTimeout: "5mins",
      recoveryAgentRemovalLimit: "25%",
      minAllocatableResources: ["cpus:0.5;mem:64"],
      weights: { web: 2.5 },
      domain: { region: "eu", zone: "a" },
    });
    expect(problems).to.deep.equal([]);
    const { modules, ...rest } = configuration;
    expect(rest).to.deep.equal({
      ip: "127.0.0.1",
      insecure: false,
      port: 5050,
      workDir: "/var/lib/dasmos",
      domain: { region: "eu", zone: "a" },
      agentPingTimeoutMs: 15_000,
      maxAgentPingTimeouts: 5,
      agentReregisterTimeoutMs: 600_000,
      recoveryAgentRemovalLimit: 0.25,
      requireAgentDomain: false,
      allocationIntervalMs: 1000,
      allocatorRecoveryTimeoutMs: 600_000,
      allocatorAgentRecoveryFactor: 0.8,
      offerTimeoutMs: 300_000,
      minAllocatableResources: [
        new Map([
          ["cpus", 500],
          ["mem", 64_000],
        ]),
      ],
      fairSharingExcludedResources: [],
      filterGpuResources: true,
      weights: { web: 2.5 },
      rootSubmissions: true,
      registryFetchTimeoutMs: 60_000,
      registryStoreTimeoutMs: 20_000,
      registryGcIntervalMs: 900_000,
      registryMaxAgentAgeMs: 1_209_600_000,
      registryMaxAgentCount: 102_400,
      maxCompletedFrameworks: 50,
      maxCompletedTasksPerFramework: 1000,
      maxUnreachableTasksPerFramework: 1000,
      heartbeatIntervalMs: 15_000,
      logLevel: "info",
      logFormat: "human",
    });
    expect(modules?.selected.map(({ kind, reference }) => `${kind} ${reference}`)).to.deep.equal([
      "allocator hierarchical",
      "sorter drf",
      "registry lmdb",
      "contender standalone",
      "transport websocket",
    ]);
  });

  it("tells every problem at once, each with its path, what was expected and what is there", () => {
    const raw = {
      agentPingTimeot: "5secs",
      agent_ping_timeout: "5secs",
      agentPingTimeout: "5 secs",
      agentReregisterTimeout: 5,
      offerTimeout: "0ns",
      port: 70_000,
      domain: { region: "eu" },
      recoveryAgentRemovalLimit: "120%",
      minAllocatableResources: ["cpus"],
      filterGpuResources: "yes",
      weights: { web: -1, "b/c": "x" },
      roles: "web",
      maxCompletedFrameworks: 1.5,
      logLevel: "trace",
      ip: "localhost",
      modules: { alocator: "x", allocator: 3, plugins: ["a", "a"], parameters: [] },
    };
    expect(lines(readMasterConfiguration(raw))).to.deep.equal([
      "agentPingTimeot: unknown key, did you mean agentPingTimeout?",
      "agent_ping_timeout: unknown key, did you mean agentPingTimeout?",
      'ip: expected an IP address, got "localhost"',
      "port: expected a number of at most 65535, got 70000",
      "workDir: expected a path, got nothing",
      "domain.zone: expected a text, got nothing",
      `agentPingTimeout: expected ${DURATION}, got "5 secs"`,
      `agentReregisterTimeout: expected ${DURATION}, got 5`,
      'recoveryAgentRemovalLimit: expected a percentage up to 100%, got "120%"',
      'offerTimeout: expected a duration of 1ms or more, got "0ns"',
      'minAllocatableResources[0]: expected amounts such as "cpus:0.01" or "cpus:1;mem:64" (quantity "cpus": expected a name and an amount such as cpus:0.5), got "cpus"',
      'filterGpuResources: expected true or false, got "yes"',
      "weights.web: expected a number above 0, got -1",
      'weights["b/c"]: expected a number, got "x"',
      'roles: expected a list, got "web"',
      "maxCompletedFrameworks: expected a whole number, got 1.5",
      'logLevel: expected one of "debug", "info", "warn", "error", got "trace"',
      "modules.allocator: expected a text, got 3",
      'modules.plugins: expected each name once, got ["a","a"]',
      "modules.parameters: expected an object, got []",
      "modules.alocator: unknown key, did you mean allocator?",
    ]);
  });

  it("refuses what is no object", () => {
    expect(lines(readMasterConfiguration([]))).to.deep.equal([": expected an object, got []"]);
  });

  it("does not listen beyond this machine without authentication, unless it is told to", () => {
    const read = (more: object) => lines(readMasterConfiguration({ workDir: "/w", ...more }));
    expect(read({ ip: "0.0.0.0" })).to.deep.equal([
      'ip: expected a loopback address, because no authenticator is configured and whoever reaches the port may run anything (insecure: true or --insecure listens all the same), got "0.0.0.0"',
    ]);
    for (const fine of [{ ip: "0.0.0.0", insecure: true }, { ip: "127.0.0.9" }, { ip: "::1" }])
      expect(read(fine)).to.deep.equal([]);
  });
});

describe("readAgentConfiguration", () => {
  it("reads resources and attributes as the agent will", () => {
    const raw = {
      workDir: "/w",
      master: "10.0.0.1:5050",
      resources: "cpus;mem:1",
      attributes: "x",
    };
    expect(lines(readAgentConfiguration(raw))).to.deep.equal([
      'resources: expected resources such as "cpus:4;mem:8192" (resource "cpus": expected "name:value" or "name(role):value"), got "cpus;mem:1"',
      'attributes: expected attributes such as "rack:r1;ssd:1" (attribute "x": expected "name:value"), got "x"',
    ]);
  });

  it("needs the master's address, which is no ZooKeeper yet", () => {
    expect(lines(readAgentConfiguration({ workDir: "/w" }))).to.deep.equal([
      "master: expected the master's host:port for the standalone detector, got nothing",
    ]);
    const [problem] = lines(readAgentConfiguration({ workDir: "/w", master: "zk://a/mesos" }));
    expect(problem).to.equal(
      'master: expected host:port (there is no ZooKeeper detector yet), got "zk://a/mesos"',
    );
    expect(lines(readAgentConfiguration({ workDir: "/w", master: "foo:bar" }))).to.deep.equal([
      'master: expected host:port, got "foo:bar"',
    ]);
  });
});

describe("readLocalConfiguration", () => {
  it("derives a master and its agents, and lets their sections say more", () => {
    const { configuration, problems } = readLocalConfiguration({
      agents: 2,
      port: 6000,
      workDir: "/w",
      resources: "cpus:2",
      master: { allocationInterval: "50ms" },
      agent: { switchUser: false },
    });
    expect(problems).to.deep.equal([]);
    const { master, agents } = configuration;
    expect([master?.port, master?.workDir, master?.allocationIntervalMs]).to.deep.equal([
      6000,
      "/w/master",
      50,
    ]);
    expect(
      agents?.map(({ port, workDir, master: leader, resources, switchUser }) => [
        port,
        workDir,
        leader,
        resources,
        switchUser,
      ]),
    ).to.deep.equal([
      [5051, "/w/agent-1", "127.0.0.1:6000", "cpus:2", false],
      [5052, "/w/agent-2", "127.0.0.1:6000", "cpus:2", false],
    ]);
  });

  it("has a port for every agent, or any for all", () => {
    const read = (agentPort: number) =>
      lines(readLocalConfiguration({ agents: 3, workDir: "/w", agentPort }));
    for (const fine of [0, 65_533]) expect(read(fine)).to.deep.equal([]);
    for (const port of [65_534, 65_535])
      expect(read(port)).to.deep.equal([
        `agentPort: expected a port of at most 65533, because 3 agents count upwards from it, got ${port}`,
      ]);
    expect(
      lines(readLocalConfiguration({ agents: 3, agentPort: 65_535, agent: { port: 0 } })),
    ).to.deep.equal([]);
  });

  it("has none that as many agents as there are ports could count upwards from", () => {
    expect(lines(readLocalConfiguration({ agents: 70_000 }))).to.deep.equal([
      "agentPort: expected 0, because 70000 agents are more than there are ports, got 5051",
    ]);
  });

  it("lets no two agents share a port or a directory", () => {
    const agent = { port: 7000, workDir: "/x", runtimeDir: "y" };
    expect(lines(readLocalConfiguration({ agents: 3, agent }))).to.deep.equal([
      "agent.port: expected 0 or nothing, because each of 3 agents needs one of its own, got 7000",
      'agent.workDir: expected nothing, because each of 3 agents needs one of its own, got "/x"',
      'agent.runtimeDir: expected nothing, because each of 3 agents needs one of its own, got "y"',
    ]);
    const bad = { port: 70_000 };
    expect(lines(readLocalConfiguration({ agents: 2, agent: bad }))).to.deep.equal([
      "agent.port: expected a number of at most 65535, got 70000",
    ]);
    for (const agents of [0, 1])
      expect(lines(readLocalConfiguration({ agents, agent }))).to.deep.equal([]);
  });

  it("says in which section a problem is", () => {
    const raw = { master: { allocationInterval: "1" }, agent: { swichUser: true } };
    expect(lines(readLocalConfiguration(raw))).to.deep.equal([
      `master.allocationInterval: expected ${DURATION}, got "1"`,
      "agent.swichUser: unknown key, did you mean switchUser?",
    ]);
  });
});
