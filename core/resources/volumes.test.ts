import { expect } from "chai";
import type { v1 } from "../protocol/v1.js";
import { Resources } from "./resources.js";
import { volumeChanges, volumeDirectory } from "./volumes.js";

function volume(source?: v1.Resource.DiskInfo.Source, id = "data"): v1.Resource {
  return {
    name: "disk",
    type: "SCALAR",
    scalar: { value: 10 },
    reservations: [
      { type: "STATIC", role: "a" },
      { type: "DYNAMIC", role: "a/b/c" },
    ],
    disk: {
      persistence: { id },
      volume: { container_path: "data", mode: "RW" },
      ...(source && { source }),
    },
  };
}

describe("volumeDirectory", () => {
  it("is below the work directory, the disk's root, or the disk itself", () => {
    const sources: readonly (v1.Resource.DiskInfo.Source | undefined)[] = [
      undefined,
      { type: "PATH", path: { root: "/disks/1" } },
      { type: "PATH", path: { root: "disks/1" } },
      { type: "MOUNT", mount: { root: "/mnt/1" } },
      { type: "MOUNT", mount: { root: "mnt/1" } },
    ];
    expect(sources.map((source) => volumeDirectory("/work", volume(source)))).to.deep.equal([
      { path: "/work/volumes/roles/a b c/data", isMount: false },
      { path: "/disks/1/volumes/roles/a b c/data", isMount: false },
      { path: "/work/disks/1/volumes/roles/a b c/data", isMount: false },
      { path: "/mnt/1", isMount: true },
      { path: "/work/mnt/1", isMount: true },
    ]);
  });
});

describe("volumeChanges", () => {
  it("are the volumes that come and go, and not those that are resized", () => {
    const kept = volume();
    const before = Resources.fromWire([kept, volume(undefined, "old"), ...plain]);
    const grown = { ...kept, scalar: { value: 20 } };
    const after = Resources.fromWire([grown, volume(undefined, "new")]);
    expect(volumeChanges("/work", before, after)).to.deep.equal({
      create: ["/work/volumes/roles/a b c/new"],
      destroy: [{ path: "/work/volumes/roles/a b c/old", isMount: false }],
    });
  });

  const plain = Resources.parse("cpus:1;disk:10").toWire();
});
