/** Amounts of scalar resources by name, in integer thousandths: `cpus` 1500 is one and a half. */
export type ResourceQuantities = ReadonlyMap<string, number>;
