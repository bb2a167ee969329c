/** A task of so many cpus and GB, and all there is of both. */
export type Demand = readonly [cpus: number, memory: number];

/** How many tasks two users get, in fractions. */
export type Division = readonly [first: number, second: number];

/** Asset fairness: both hold the same sum of shares. Not what DRF does; its faults are the reason for DRF. */
export function assetFairness(total: Demand, first: Demand, second: Demand): Division {
  const shares = (one: Demand) => one[0] / total[0] + one[1] / total[1];
  const [a, b] = [1 / shares(first), 1 / shares(second)];
  const scale = Math.min(
    total[0] / (a * first[0] + b * second[0]),
    total[1] / (a * first[1] + b * second[1]),
  );
  return [scale * a, scale * b];
}

/** Competitive equilibrium from equal incomes: the largest product of what both get. Not what DRF does either. */
export function equalIncomes(total: Demand, first: Demand, second: Demand): Division {
  const determinant = first[0] * second[1] - first[1] * second[0];
  const vertex: Division = [
    (total[0] * second[1] - total[1] * second[0]) / determinant,
    (first[0] * total[1] - first[1] * total[0]) / determinant,
  ];
  const half = (i: 0 | 1): Division => [total[i] / first[i] / 2, total[i] / second[i] / 2];
  const fits = ([x, y]: Division) =>
    x >= 0 &&
    y >= 0 &&
    [0, 1].every(
      (i) => x * (first[i] as number) + y * (second[i] as number) <= (total[i] as number) + 1e-9,
    );
  const [best = vertex] = [vertex, half(0), half(1)]
    .filter(fits)
    .sort((a, b) => b[0] * b[1] - a[0] * a[1]);
  return best;
}
