import { expect } from "chai";
import type { v1 } from "../protocol/v1.js";
import { validateResources } from "./validate-resources.js";

const cpus = (more: Partial<v1.Resource> = {}): v1.Resource => ({
  name: "cpus",
  type: "SCALAR",
  scalar: { value: 1 },
  ...more,
});
const disk = (more: Partial<v1.Resource> = {}): v1.Resource => ({
  ...cpus(),
  name: "disk",
  reservations: [{ type: "DYNAMIC", role: "ads" }],
  disk: { persistence: { id: "v" }, volume: { container_path: "v", mode: "RW" } },
  ...more,
});
const range = (begin: number, end: number): v1.Resource => ({
  name: "ports",
  type: "RANGES",
  ranges: { range: [{ begin, end }] },
});
const refined = (...roles: string[]): Partial<v1.Resource> => ({
  reservations: roles.map((role) => ({ type: "DYNAMIC", role })),
});

const invalid: readonly [v1.Resource[], string][] = [
  [[cpus({ name: "" })], "resources[0] (): name: must not be empty"],
  [[cpus(), cpus({ scalar: { value: -1 } })], "resources[1] (cpus): scalar.value: -1 is negative"],
  [
    [cpus({ scalar: { value: Number.NaN } })],
    "resources[0] (cpus): scalar.value: NaN is not a number",
  ],
  [[cpus({ type: "RANGES" })], "resources[0] (cpus): scalar: must not be set with type RANGES"],
  [[{ name: "cpus", type: "SET" }], "resources[0] (cpus): set: must be set"],
  [[{ name: "os", type: "TEXT" }], "resources[0] (os): type: a text is not a resource"],
  [[range(9, 1)], "resources[0] (ports): ranges.range[0]: 9-1 ends before it begins"],
  [[range(0.5, 1)], "resources[0] (ports): ranges.range[0]: 0.5-1 are not whole numbers"],
  [
    [{ name: "s", type: "SET", set: { item: ["a", "a"] } }],
    'resources[0] (s): set.item: "a" is there twice',
  ],
  [
    [cpus({ name: "gpus", scalar: { value: 0.5 } })],
    "resources[0] (gpus): scalar.value: 0.5 is not whole",
  ],
  [
    [cpus({ name: "ports" }), range(1, 2)],
    "resources[1] (ports): type RANGES, but SCALAR elsewhere",
  ],
  [[cpus({ role: "/a" })], 'resources[0] (cpus): role: role "/a" must not have an empty component'],
  [
    [cpus({ reservation: {} })],
    'resources[0] (cpus): reservation: resources of role "*" cannot be reserved',
  ],
  [
    [cpus({ role: "a", ...refined("a") })],
    "resources[0] (cpus): role: must not be set beside reservations",
  ],
  [[cpus(refined("*"))], 'resources[0] (cpus): reservations[0].role: "*" cannot reserve'],
  [
    [cpus(refined("a", "ab"))],
    'resources[0] (cpus): reservations[1].role: "ab" does not refine "a"',
  ],
  [
    [
      cpus({
        reservations: [
          { type: "DYNAMIC", role: "a" },
          { type: "STATIC", role: "a/b" },
        ],
      }),
    ],
    "resources[0] (cpus): reservations[1].type: only the first reservation may be STATIC",
  ],
  [[cpus({ shared: {} })], "resources[0] (cpus): shared: only a persistent volume can be shared"],
  [
    [disk({ revocable: {} })],
    "resources[0] (disk): revocable: a persistent volume cannot be revocable",
  ],
  [
    [disk({ reservations: [] })],
    "resources[0] (disk): disk.persistence: a persistent volume must be made from a reserved disk",
  ],
  [
    [disk({ disk: { persistence: { id: "a/b" }, volume: { container_path: "v", mode: "RW" } } })],
    "resources[0] (disk): disk.persistence.id: must not contain slashes or control characters",
  ],
  [
    [
      disk({
        disk: { persistence: { id: "é".repeat(128) }, volume: { container_path: "v", mode: "RW" } },
      }),
    ],
    "resources[0] (disk): disk.persistence.id: expected at most 255 bytes",
  ],
  [
    [disk({ reservations: [{ type: "DYNAMIC", role: "r".repeat(256) }] })],
    "resources[0] (disk): reservations[0].role: a role name must have at most 255 bytes, since it names a directory",
  ],
  [[disk(), disk()], 'resources[1] (disk): disk.persistence.id: "v" is there twice'],
  [
    [cpus({ disk: { source: { type: "MOUNT" } } })],
    'resources[0] (cpus): disk: must not be set on "cpus"',
  ],
];

describe("validateResources", () => {
  for (const [list, problem] of invalid) {
    it(`says ${problem}`, () => expect(validateResources(list)).to.equal(problem));
  }

  it("accepts every format of reservations, refined stacks and copies of a shared volume", () => {
    const list = [
      cpus(),
      cpus({ role: "*" }),
      cpus({ role: "a", reservation: { principal: "p" } }),
      cpus(refined("a", "a/b", "a/b/c")),
      disk({ shared: {} }),
      disk({ shared: {} }),
      range(1, 1),
    ];
    expect(validateResources(list)).to.equal(undefined);
  });
});
