/**
 * Freezes a message and all the plain data it holds, so that whoever changes it after sending it throws where he does.
 * What is frozen already was frozen by this function, with all it holds.
 */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  if (Array.isArray(value)) {
    Object.freeze(value);
    for (const item of value) deepFreeze(item);
  } else if (Object.getPrototypeOf(value) === Object.prototype) {
    Object.freeze(value);
    for (const key in value) deepFreeze(value[key]);
  }
  return value;
}
