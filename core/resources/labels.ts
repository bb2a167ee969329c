import type { v1 } from "../protocol/v1.js";

/** The labels in an order of their own: two lists that differ in order alone are equal. */
export function labelsKey(labels: v1.Labels): readonly string[] {
  return (labels.labels ?? []).map(({ key, value }) => JSON.stringify([key, value ?? 0])).sort();
}
