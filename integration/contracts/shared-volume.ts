import { Resources } from "../../core/resources/resources.js";

/** A shared persistent volume that is reserved for the role, of so many MB. */
export function sharedVolume(role: string, { id = "v", size = 10 } = {}): Resources {
  return Resources.fromWire([
    {
      name: "disk",
      type: "SCALAR",
      scalar: { value: size },
      reservations: [{ type: "DYNAMIC", role }],
      disk: { persistence: { id }, volume: { container_path: id, mode: "RW" } },
      shared: {},
    },
  ]);
}
