import { expect } from "chai";
import { hostPort } from "./host-port.js";

describe("hostPort", () => {
  it("puts an IPv6 address in brackets, and nothing else", () => {
    expect(
      ["127.0.0.1", "machine-1", "::1", "fe80::1"].map((host) => hostPort(host, 5050)),
    ).to.deep.equal(["127.0.0.1:5050", "machine-1:5050", "[::1]:5050", "[fe80::1]:5050"]);
  });
});
