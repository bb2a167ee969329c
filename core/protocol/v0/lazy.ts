/**
 * A value that is made when it is written as JSON, and not before. A view keeps thousands of them at the price of a
 * reference each, and whoever writes it out in slices spreads the work. `make` reads nothing that may change meanwhile.
 */
export class Lazy<T> {
  constructor(
    private readonly make: (source: T) => unknown,
    private readonly source: T,
  ) {}

  toJSON(): unknown {
    return this.make(this.source);
  }
}

/** A list of {@link Lazy} values. */
export function lazily<T>(sources: Iterable<T>, make: (source: T) => unknown): readonly Lazy<T>[] {
  return Array.from(sources, (source) => new Lazy(make, source));
}
