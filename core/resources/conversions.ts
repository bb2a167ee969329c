import type { v1 } from "../protocol/v1.js";
import { Resources } from "./resources.js";
import { toMilli } from "./scalar.js";

/** Replaces `consumed` by `converted` wherever it is held, as RESERVE or CREATE does. */
export interface ResourceConversion {
  readonly consumed: Resources;
  readonly converted: Resources;
}

/** What is there once every conversion is made, in order; undefined if one needs what is not there. */
export function applyConversions(
  resources: Resources,
  conversions: readonly ResourceConversion[],
): Resources | undefined {
  let result: Resources | undefined = resources;
  for (const { consumed, converted } of conversions)
    result = result?.subtract(consumed)?.plus(converted);
  return result;
}

/** The same conversions of what is allocated to nobody. */
export function unallocated(
  conversions: readonly ResourceConversion[],
): readonly ResourceConversion[] {
  return conversions.map(({ consumed, converted }) => ({
    consumed: consumed.unallocate(),
    converted: converted.unallocate(),
  }));
}

/**
 * What an operation does to resources. Presupposes a valid operation; one that converts nothing (a launch) has none. The
 * operations are those that Mesos applies speculatively: nothing about them can fail but the resources not being there.
 */
export function conversionsOf(operation: v1.Offer.Operation): readonly ResourceConversion[] {
  const { reserve, unreserve, create, destroy, grow_volume, shrink_volume } = operation;
  switch (operation.type) {
    case "RESERVE": {
      const converted = Resources.fromWire(reserve?.resources);
      const consumed = reserve?.source
        ? Resources.fromWire(reserve.source)
        : converted.popReservation();
      return [{ consumed, converted }];
    }
    case "UNRESERVE": {
      const consumed = Resources.fromWire(unreserve?.resources);
      return [{ consumed, converted: consumed.popReservation() }];
    }
    case "CREATE": {
      const volumes = create?.volumes ?? [];
      const consumed = Resources.fromWire(volumes.map(withoutVolume));
      return [{ consumed, converted: Resources.fromWire(volumes) }];
    }
    case "DESTROY": {
      const volumes = destroy?.volumes ?? [];
      const converted = Resources.fromWire(volumes.map(withoutVolume));
      return [{ consumed: Resources.fromWire(volumes), converted }];
    }
    case "GROW_VOLUME":
      return grow_volume === undefined ? [] : [growth(grow_volume.volume, grow_volume.addition)];
    case "SHRINK_VOLUME":
      return shrink_volume === undefined
        ? []
        : [shrinkage(shrink_volume.volume, shrink_volume.subtract)];
    default:
      return [];
  }
}

/** The disk a persistent volume is made of. */
function withoutVolume({ disk, shared: _shared, ...rest }: v1.Resource): v1.Resource {
  return { ...rest, ...(disk?.source && { disk: { source: disk.source } }) };
}

function growth(volume: v1.Resource, addition: v1.Resource): ResourceConversion {
  const consumed = Resources.fromWire([volume, addition]);
  const milli = milliOf(volume) + milliOf(addition);
  return { consumed, converted: Resources.fromWire([resized(volume, milli)]) };
}

function shrinkage(volume: v1.Resource, subtract: v1.Value.Scalar): ResourceConversion {
  const freed = toMilli(subtract.value);
  const converted = Resources.fromWire([
    resized(volume, milliOf(volume) - freed),
    withoutVolume(resized(volume, freed)),
  ]);
  return { consumed: Resources.fromWire([volume]), converted };
}

function milliOf({ scalar }: v1.Resource): number {
  return toMilli(scalar?.value ?? 0);
}

function resized(volume: v1.Resource, milli: number): v1.Resource {
  return { ...volume, scalar: { value: milli / 1000 } };
}
