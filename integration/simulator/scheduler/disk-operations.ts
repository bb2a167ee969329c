import type { Random } from "../../../core/base/random.js";
import type { v1 } from "../../../core/protocol/v1.js";
import { between, chance, pick } from "../chance.js";

type Operation = v1.Offer.Operation;

const MAX_NAME = 1_000_000_000;

/** Makes or gives up a reservation or a volume for each disk of an offer, and mostly names the operation. */
export function drawDiskOperations(
  { resources = [], allocation_info }: v1.Offer,
  random: Random,
): readonly Operation[] {
  const role = allocation_info?.role ?? "*";
  if (role === "*") return [];
  return resources
    .filter(({ name }) => name === "disk")
    .flatMap((disk) => drawFor(disk, role, random))
    .map((operation) =>
      chance(random, 0.7) ? { ...operation, id: { value: newName(random) } } : operation,
    );
}

/** The first volume that is there once the operations are made. */
export function firstVolume(operations: readonly Operation[]): v1.Resource | undefined {
  return operations.flatMap(({ create }) => create?.volumes ?? [])[0];
}

function drawFor(disk: v1.Resource, role: string, random: Random): readonly Operation[] {
  if (disk.disk?.persistence !== undefined)
    return [{ type: "DESTROY", destroy: { volumes: [disk] } }];
  if (disk.reservations !== undefined) {
    return pick(random, [
      [{ type: "UNRESERVE", unreserve: { resources: [disk] } }],
      [create(disk, random)],
    ]);
  }
  const part = { value: between(random, 1, disk.scalar?.value ?? 1) };
  const reservations = [{ type: "DYNAMIC", role } as const];
  const reserved = { ...disk, scalar: part, reservations };
  const reserve: Operation = { type: "RESERVE", reserve: { resources: [reserved] } };
  return chance(random, 0.5) ? [reserve] : [reserve, create(reserved, random)];
}

function create(disk: v1.Resource, random: Random): Operation {
  const volume = { container_path: "data", mode: "RW" } as const;
  const persistence = { id: newName(random) };
  return { type: "CREATE", create: { volumes: [{ ...disk, disk: { persistence, volume } }] } };
}

function newName(random: Random): string {
  return `n${random.integer(MAX_NAME)}`;
}
