/** Integer thousandths of a double, half away from zero: all arithmetic on scalars is done in them. */
export function toMilli(value: number): number {
  return Math.sign(value) * Math.round(Math.abs(value) * 1000) + 0;
}

/** The double that stands for so many thousandths on the wire. */
export function fromMilli(milli: number): number {
  return milli / 1000;
}
