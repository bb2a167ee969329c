import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect } from "chai";
import type { Simulation } from "./simulation.js";

/**
 * Compares a simulation's transcript with a file that people have read; `REWRITE=1` writes the file instead, for its
 * difference to be read.
 */
export function expectTranscript(simulation: Simulation, file: string): void {
  const text = `${simulation.transcript.join("\n")}\n`;
  if (process.env["REWRITE"] === "1" || !existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  expect(text.split("\n")).to.deep.equal(readFileSync(file, "utf8").split("\n"));
}
