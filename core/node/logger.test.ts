import { expect } from "chai";
import { createLogger, type LoggerOptions } from "./logger.js";

function lines(options: LoggerOptions, isTTY = false): string[] {
  const written: string[] = [];
  const logger = createLogger(options, { isTTY, write: (line) => void written.push(line) });
  logger.debug("unseen");
  logger.warn("agent lost", { agentId: "a1", address: "rack 1", attempts: 2 });
  logger.error("failed", { cause: new Error("boom") });
  return written.map((line) => line.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/, "TIME"));
}

describe("createLogger", () => {
  it("writes lines to read, with the fields behind the message", () => {
    const [warning, failure] = lines({ level: "info", format: "human" });
    expect(warning).to.equal('TIME WARN  agent lost agentId=a1 address="rack 1" attempts=2\n');
    expect(failure).to.match(/^TIME ERROR failed cause="Error: boom\\n +at .*"\n$/);
  });

  it("colours only for a terminal", () => {
    const [warning] = lines({ level: "info", format: "human" }, true);
    expect(warning).to.match(/^TIME .\[33mWARN .\[0m agent lost/);
    const [plain] = lines({ level: "info", format: "human", colored: false }, true);
    expect(plain).to.match(/^TIME WARN {2}agent lost/);
  });

  it("writes an object a line", () => {
    const [warning] = lines({ level: "warn", format: "json" }, true);
    expect(JSON.parse(warning ?? "")).to.deep.equal({
      level: "warn",
      time: "TIME",
      agentId: "a1",
      address: "rack 1",
      attempts: 2,
      msg: "agent lost",
    });
  });
});
