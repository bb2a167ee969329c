import { expect } from "chai";
import { executorEnvironment } from "./executor-environment.js";
import { commandTask, duration, executorInfo, framework, testAgentSettings } from "./testing.js";

const options = {
  settings: testAgentSettings,
  agentId: "agent-1",
  frameworkInfo: framework(),
  executorInfo: executorInfo("executor-1"),
  directory: "/work/sandbox",
};
const plain = {
  LIBPROCESS_PORT: "0",
  MESOS_FRAMEWORK_ID: "framework-1",
  MESOS_EXECUTOR_ID: "executor-1",
  MESOS_SLAVE_ID: "agent-1",
  MESOS_SLAVE_PID: "slave(1)@10.0.0.1:5051",
  MESOS_AGENT_ENDPOINT: "10.0.0.1:5051",
  MESOS_DIRECTORY: "/work/sandbox",
  MESOS_SANDBOX: "/work/sandbox",
  MESOS_CHECKPOINT: "0",
  MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD: "5secs",
  MESOS_HTTP_COMMAND_EXECUTOR: "1",
};

describe("executorEnvironment", () => {
  it("says who and where the executor is", () => {
    expect(executorEnvironment(options)).to.deep.equal(plain);
  });

  it("starts from what the operator set, and nothing else", () => {
    const executorEnvironmentVariables = { LANG: "C", MESOS_CHECKPOINT: "9" };
    const settings = { ...testAgentSettings, executorEnvironmentVariables };
    expect(executorEnvironment({ ...options, settings })).to.deep.equal({ ...plain, LANG: "C" });
  });

  it("says which address to use where the agent itself was told one", () => {
    const settings = { ...testAgentSettings, libprocessIp: "10.0.0.7" };
    expect(executorEnvironment({ ...options, settings })).to.deep.equal({
      ...plain,
      LIBPROCESS_IP: "10.0.0.7",
    });
  });

  it("says how long a checkpointing framework's executor may wait for the agent", () => {
    const frameworkInfo = { ...framework(), checkpoint: true };
    expect(executorEnvironment({ ...options, frameworkInfo })).to.deep.equal({
      ...plain,
      MESOS_CHECKPOINT: "1",
      MESOS_RECOVERY_TIMEOUT: "15mins",
      MESOS_SUBSCRIPTION_BACKOFF_MAX: "2secs",
    });
  });

  it("takes the executor's own grace period", () => {
    const info = executorInfo("executor-1", { shutdown_grace_period: duration(1500) });
    expect(executorEnvironment({ ...options, executorInfo: info })).to.deep.equal({
      ...plain,
      MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD: "1500ms",
    });
  });

  it("gives a task its role, and the path its image has the sandbox at", () => {
    const container = { type: "MESOS", mesos: { image: { type: "DOCKER" } } } as const;
    const taskInfo = commandTask("task-1", { container });
    expect(executorEnvironment({ ...options, taskInfo })).to.deep.equal({
      ...plain,
      MESOS_SANDBOX: "/mnt/mesos/sandbox",
      MESOS_ALLOCATION_ROLE: "*",
    });
  });
});
