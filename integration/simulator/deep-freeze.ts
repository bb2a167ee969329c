/** Freezes a message and all it holds, so that whoever changes it after sending it throws where it does. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  if (ArrayBuffer.isView(value)) return value;
  Object.freeze(value);
  if (Array.isArray(value)) for (const item of value) deepFreeze(item);
  else if (value instanceof Map || value instanceof Set)
    for (const item of value.values()) deepFreeze(item);
  else for (const key in value) deepFreeze(value[key]);
  return value;
}
