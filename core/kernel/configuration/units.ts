const NANOSECONDS_PER_MILLISECOND = 1_000_000;
const durationUnits: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1_000,
  ms: NANOSECONDS_PER_MILLISECOND,
  secs: 1_000 * NANOSECONDS_PER_MILLISECOND,
  mins: 60_000 * NANOSECONDS_PER_MILLISECOND,
  hrs: 3_600_000 * NANOSECONDS_PER_MILLISECOND,
  days: 86_400_000 * NANOSECONDS_PER_MILLISECOND,
  weeks: 604_800_000 * NANOSECONDS_PER_MILLISECOND,
};
const byteUnits: Readonly<Record<string, number>> = {
  B: 1,
  KB: 2 ** 10,
  MB: 2 ** 20,
  GB: 2 ** 30,
  TB: 2 ** 40,
};

/** What a duration looks like: a number and one of Mesos' units, without a space. */
export const durationPattern = /^\d+(?:\.\d+)?(?:ns|us|ms|secs|mins|hrs|days|weeks)$/;
/** What an amount of bytes looks like; the units are powers of 1024. */
export const bytesPattern = /^\d+(?:B|KB|MB|GB|TB)$/;

/** `15secs` is 15000 milliseconds; undefined for what is not a duration. */
export function parseDuration(text: string): number | undefined {
  if (!durationPattern.test(text)) return undefined;
  return (parseFloat(text) * factor(text, durationUnits)) / NANOSECONDS_PER_MILLISECOND;
}

/** `10MB` is 10485760 bytes; undefined for what is not an amount of bytes. */
export function parseBytes(text: string): number | undefined {
  return bytesPattern.test(text) ? parseFloat(text) * factor(text, byteUnits) : undefined;
}

function factor(text: string, units: Readonly<Record<string, number>>): number {
  return units[text.replace(/^[\d.]+/, "")] ?? Number.NaN;
}
