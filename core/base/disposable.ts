/** Something opened that has to be closed again. */
export interface Disposable {
  dispose(): void | Promise<void>;
}

/** Closes what was opened, last opened first. A failing dispose does not keep the others from running. */
export class DisposableStack implements Disposable {
  private readonly stack: Disposable[] = [];

  add<T extends Disposable>(disposable: T): T {
    this.stack.push(disposable);
    return disposable;
  }

  defer(dispose: () => void | Promise<void>): void {
    this.stack.push({ dispose });
  }

  /** @throws AggregateError when any of them failed, after all have been tried. */
  async dispose(): Promise<void> {
    const errors: unknown[] = [];
    for (let one = this.stack.pop(); one !== undefined; one = this.stack.pop()) {
      try {
        await one.dispose();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new AggregateError(errors, "several resources failed to close");
  }
}
