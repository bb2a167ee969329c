import { expect } from "chai";
import { translateMesosFlags } from "./mesos-flags.js";

const master = (...flags: string[]) => translateMesosFlags("master", flags);
const agent = (...flags: string[]) => translateMesosFlags("agent", flags);

describe("translateMesosFlags", () => {
  it("gives Mesos' flags our names, and their values our words", () => {
    const { flags, problems } = master(
      "--work_dir=/w",
      "--agent_ping_timeout=5secs",
      "--slave_reregister_timeout",
      "--no-root_submissions",
      "--min_allocatable_resources=cpus:0.01|mem:32",
      "--allocator=HierarchicalDRF",
      "--registry=in_memory",
      "--role_sorter=drf",
      "--logging_level=WARNING",
      '--domain={"fault_domain":{"region":{"name":"eu"},"zone":{"name":"a"}}}',
      "--weights=web=2,db=1",
      "--offer_timeout=5mins",
      "--whitelist=file:///etc/hosts.allowed",
    );
    expect(problems).to.deep.equal([]);
    expect(flags).to.deep.equal([
      "--work-dir=/w",
      "--agent-ping-timeout=5secs",
      "--agent-reregister-timeout",
      "--no-root-submissions",
      "--min-allocatable-resources=cpus:0.01,mem:32",
      "--allocator=hierarchical",
      "--registry=memory",
      "--sorter=drf",
      "--log-level=warn",
      '--domain={"region":"eu","zone":"a"}',
      "--weights=web=2,db=1",
      "--offer-timeout=5mins",
      "--whitelist=/etc/hosts.allowed",
    ]);
  });

  it("knows the old names of isolators", () => {
    const { flags } = agent("--isolation=process,posix/disk,cgroups/cpu", "--no-switch_user");
    expect(flags).to.deep.equal([
      "--isolators=posix/cpu,posix/mem,disk/du,cgroups/cpu",
      "--no-switch-user",
    ]);
  });

  it("says of each flag of Mesos that it has no counterpart, and why", () => {
    const { problems } = master(
      "--zk=zk://a/mesos",
      "--quorum=2",
      "--registry=replicated_log",
      "--isolation=process",
    );
    expect(problems).to.deep.equal([
      {
        path: "--zk",
        message:
          "a flag of Mesos that is not supported: there is no ZooKeeper contender, detector or registry yet",
      },
      {
        path: "--quorum",
        message:
          "a flag of Mesos that is not supported: there is no ZooKeeper contender, detector or registry yet",
      },
      {
        path: "--registry",
        message: 'Mesos\' value "replicated_log" has no counterpart here',
      },
      { path: "--isolation", message: "a flag of Mesos that this process does not have" },
    ]);
  });

  it("leaves everything else as it is", () => {
    const flags = [
      "--config",
      "a_b.yaml",
      "-c",
      "--agents=3",
      "--agent-ping-timeout=1secs",
      "--x_y",
    ];
    expect(master(...flags)).to.deep.equal({ flags, problems: [] });
  });
});
