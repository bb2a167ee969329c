import { expect } from "chai";
import { parseBytes, parseDuration } from "./units.js";

describe("parseDuration", () => {
  it("reads Mesos' units as milliseconds", () => {
    const texts = ["1ns", "5us", "20ms", "1.5secs", "15mins", "2hrs", "1days", "2weeks"];
    expect(texts.map(parseDuration)).to.deep.equal([
      0.000001, 0.005, 20, 1500, 900_000, 7_200_000, 86_400_000, 1_209_600_000,
    ]);
  });

  it("takes nothing else for a duration", () => {
    const texts = ["", "15", "15 secs", "-1secs", "1e3secs", "1sec", "secs", "1secs\n"];
    expect(texts.map(parseDuration).filter((ms) => ms !== undefined)).to.deep.equal([]);
  });
});

describe("parseBytes", () => {
  it("reads powers of 1024", () => {
    expect(["7B", "1KB", "10MB", "2GB", "1TB"].map(parseBytes)).to.deep.equal([
      7, 1024, 10_485_760, 2_147_483_648, 1_099_511_627_776,
    ]);
  });

  it("takes nothing else for bytes", () => {
    const texts = ["", "10", "1.5MB", "10mb", "10 MB"];
    expect(texts.map(parseBytes).filter((bytes) => bytes !== undefined)).to.deep.equal([]);
  });
});
