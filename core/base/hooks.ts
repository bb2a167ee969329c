import { AsyncSeriesHook, SyncHook, SyncWaterfallHook } from "tapable";
import type { Logger } from "./logger.js";
import { isThenable } from "./thenable.js";

/** A hook whose taps may each replace the first argument. */
export type Decorator<T, A extends unknown[]> = SyncWaterfallHook<[T, ...A]>;
/** A hook that only tells. */
export type Announcement<A extends unknown[]> = SyncHook<A>;
/** A hook that is awaited. */
export type AsyncStep<A extends unknown[]> = AsyncSeriesHook<A>;

type Call = (...values: unknown[]) => unknown;

/**
 * Wraps every tap once, so that what it throws is logged with hook and plugin name and goes no further. `read` throws
 * where a tap's result is not of the hook's type.
 */
function guard(name: string, logger: Logger, read?: (value: unknown) => unknown) {
  return {
    register: <T extends { readonly name: string; readonly type: string }>(tap: T): T => {
      const call = (tap as unknown as { readonly fn: Call }).fn;
      const skip = (cause: unknown): undefined => {
        logger.warn("hook failed and is skipped", { hook: name, plugin: tap.name, cause });
        return undefined;
      };
      const guarded: Call = (...values) => {
        try {
          const result = call(...values);
          if (tap.type === "promise") return Promise.resolve(result).catch(skip);
          if (tap.type !== "sync") return result;
          if (!isThenable(result)) return isUnchanged(result, values) ? result : read?.(result);
          // Nobody waits for it, and its failure would be the whole process's.
          Promise.resolve(result).catch(skip);
          return skip(new TypeError("returned a promise, and hooks do not wait"));
        } catch (cause) {
          return tap.type === "promise" ? Promise.resolve(skip(cause)) : skip(cause);
        }
      };
      return { ...tap, fn: guarded };
    },
  };
}

/** What a tap was given is not its fault: a hook may be called with what nobody has validated yet. */
function isUnchanged(result: unknown, [given]: readonly unknown[]): boolean {
  return result === undefined || result === given;
}

/**
 * A hook whose taps may each replace the first argument; each sees what the one before it made. A tap that throws or
 * returns a promise is logged and skipped, and one that returns undefined changes nothing, as in Mesos.
 * So is one whose result `read` refuses; else what it gives back, the result in its canonical form, is the new value.
 */
export function decorator<T, A extends unknown[]>(
  name: string,
  args: NoInfer<readonly ["value", ...{ [K in keyof A]: string }]>,
  logger: Logger,
  read: (value: unknown) => T,
): Decorator<T, A> {
  const hook = new SyncWaterfallHook<[T, ...A]>(args as never, name);
  hook.intercept(guard(name, logger, read));
  return hook;
}

/** A hook that only tells. A tap that throws, or returns a promise, is logged. */
export function announcement<A extends unknown[]>(
  name: string,
  args: NoInfer<readonly [...{ [K in keyof A]: string }]>,
  logger: Logger,
): Announcement<A> {
  const hook = new SyncHook<A>(args as never, name);
  hook.intercept(guard(name, logger));
  return hook;
}

/** A hook whose taps are awaited one after the other, outside the state machines. */
export function asyncStep<A extends unknown[]>(
  name: string,
  args: NoInfer<readonly [...{ [K in keyof A]: string }]>,
  logger: Logger,
): AsyncStep<A> {
  const hook = new AsyncSeriesHook<A>(args as never, name);
  hook.intercept(guard(name, logger));
  return hook;
}
