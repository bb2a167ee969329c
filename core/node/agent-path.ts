/** Where agents connect to, on the master's HTTP port. */
export const AGENT_PATH = "/dasmos/v1/agent";
