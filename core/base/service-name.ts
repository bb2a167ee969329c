const names = new WeakMap<object, string>();

/** Remembers which module a service was built from, so that what goes wrong in it can be told by that name. */
export function nameService(service: object, name: string): void {
  names.set(service, name);
}

/** The name of the module a service was built from; of one that no kernel built, its class's. */
export function serviceNameOf(service: object): string {
  return names.get(service) ?? service.constructor.name;
}
