/** Inclusive intervals, flat: begin, end, begin, end, …; sorted, apart from each other by at least one. */
export type Ranges = readonly number[];

export interface Range {
  readonly begin: number;
  readonly end: number;
}

/** Sorts and coalesces intervals that may overlap or touch. */
export function normalizeRanges(ranges: readonly Range[]): Ranges {
  const sorted = ranges.toSorted((a, b) => a.begin - b.begin);
  const flat: number[] = [];
  for (const { begin, end } of sorted) {
    const last = flat.length - 1;
    if (last > 0 && begin <= (flat[last] as number) + 1) {
      if (end > (flat[last] as number)) flat[last] = end;
    } else flat.push(begin, end);
  }
  return flat;
}

/** The intervals as objects. */
export function toRangeList(ranges: Ranges): readonly Range[] {
  const list: Range[] = [];
  for (let i = 0; i < ranges.length; i += 2) {
    list.push({ begin: ranges[i] as number, end: ranges[i + 1] as number });
  }
  return list;
}

export function addRanges(left: Ranges, right: Ranges): Ranges {
  if (left.length === 0) return right;
  if (right.length === 0) return left;
  return normalizeRanges([...toRangeList(left), ...toRangeList(right)]);
}

/** What is in `left` and not in `right`. */
export function subtractRanges(left: Ranges, right: Ranges): Ranges {
  const rest: number[] = [];
  let r = 0;
  for (let l = 0; l < left.length; l += 2) {
    let begin = left[l] as number;
    const end = left[l + 1] as number;
    while (r < right.length && (right[r + 1] as number) < begin) r += 2;
    for (let i = r; i < right.length && (right[i] as number) <= end; i += 2) {
      if ((right[i] as number) > begin) rest.push(begin, (right[i] as number) - 1);
      begin = (right[i + 1] as number) + 1;
    }
    if (begin <= end) rest.push(begin, end);
  }
  return rest;
}

export function containsRanges(left: Ranges, right: Ranges): boolean {
  let l = 0;
  for (let r = 0; r < right.length; r += 2) {
    while (l < left.length && (left[l + 1] as number) < (right[r] as number)) l += 2;
    if (l >= left.length) return false;
    if ((left[l] as number) > (right[r] as number)) return false;
    if ((left[l + 1] as number) < (right[r + 1] as number)) return false;
  }
  return true;
}
