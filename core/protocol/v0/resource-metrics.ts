import type { Resources } from "../../resources/resources.js";
import { fromMilli } from "../../resources/scalar.js";

/** Numbers by name. */
export type MetricValues = Readonly<Record<string, number>>;

const NAMES = ["cpus", "gpus", "mem", "disk"] as const;

/** Sums of scalar resources in thousandths, with what is revocable apart. */
export class ResourceTotals {
  private readonly sums = new Map<string, number>();

  add(resources: Resources): void {
    this.addAs(resources.nonRevocable(), "");
    if (resources.hasRevocable) this.addAs(resources.revocable(), "_revocable");
  }

  of(name: string): number {
    return this.sums.get(name) ?? 0;
  }

  private addAs(resources: Resources, suffix: string): void {
    resources.quantities().forEach((milli, name) => {
      this.sums.set(name + suffix, this.of(name + suffix) + milli);
    });
  }
}

/** `<name>_total`, `_used` and `_percent` of the four resources every dashboard asks for. */
export function resourceMetrics(
  prefix: string,
  total: ResourceTotals,
  used: ResourceTotals,
): MetricValues {
  const values: Record<string, number> = {};
  for (const name of NAMES.flatMap((one) => [one, `${one}_revocable`])) {
    values[`${prefix}${name}_total`] = fromMilli(total.of(name));
    values[`${prefix}${name}_used`] = fromMilli(used.of(name));
    values[`${prefix}${name}_percent`] = total.of(name) === 0 ? 0 : used.of(name) / total.of(name);
  }
  return values;
}
