import { KernelError, messageOf } from "../../base/kernel-error.js";
import type { AddedRoute } from "../../kernel/boot.js";
import type { PluginRoute } from "../../kernel/plugin.js";
import type { Endpoint, Exchange } from "./endpoint.js";
import type { HttpServer } from "./http-server.js";

const METHODS: readonly PluginRoute["method"][] = ["GET", "POST", "PUT", "DELETE"];

/** The routes of one path, by method. */
type RoutesByMethod = Map<string, AddedRoute>;

/**
 * Serves the routes of plugins: those of one path by one endpoint, under the path that the server's clients are led to.
 * @throws KernelError MODULE_INVALID naming plugin, method and path.
 */
export function addPluginRoutes(server: HttpServer, added: readonly AddedRoute[]): void {
  const byPath = new Map<string, RoutesByMethod>();
  for (const one of added) {
    const problem = invalidRoute(one.route);
    if (problem !== undefined) throw invalid(one, problem);
    const path = server.canonicalPath(one.route.path);
    const routes: RoutesByMethod = byPath.get(path) ?? new Map();
    const same = routes.get(one.route.method);
    if (same !== undefined) throw invalid(one, `plugin ${same.plugin} has the same`);
    byPath.set(path, routes.set(one.route.method, one));
  }
  for (const [path, routes] of byPath) addEndpoint(server, path, routes);
}

function invalidRoute(route: PluginRoute): string | undefined {
  const { method, path } = route;
  if (!METHODS.includes(method)) return `expected one of ${METHODS.join(", ")}`;
  if (typeof path !== "string" || !path.startsWith("/"))
    return 'expected a path that begins with "/"';
  if (/[\s?#]/.test(path)) return "a path has no spaces, ? or #";
  return typeof route.handle === "function" ? undefined : "expected a function handle";
}

/** The server is the one to say which paths it can take; which of the path's routes is to blame, it cannot. */
function addEndpoint(server: HttpServer, path: string, routes: RoutesByMethod): void {
  const [first] = routes.values();
  if (first === undefined) return;
  let isTaken = false;
  try {
    isTaken = server.has(path);
    if (!isTaken) server.add(pluginEndpoint(path, routes));
  } catch (cause) {
    throw invalid(first, messageOf(cause));
  }
  if (isTaken) throw invalid(first, "the path is the kernel's own");
}

/** Reading routes ask for the reader's credentials, the others for the writer's. */
function pluginEndpoint(path: string, routes: RoutesByMethod): Endpoint {
  const methods = METHODS.filter((method) => routes.has(method));
  return {
    path,
    methods,
    realm: ({ method }) => (routes.has("GET") && isReading(method) ? "readonly" : "readwrite"),
    handle: async (exchange) => {
      const { method } = exchange.request;
      const one = routes.get(isReading(method) ? "GET" : method);
      if (one !== undefined) await answer(one.route, exchange);
    },
  };
}

function isReading(method: string): boolean {
  return method === "GET" || method === "HEAD";
}

async function answer(route: PluginRoute, { request, reply, principal }: Exchange): Promise<void> {
  const { status, headers, body } = await route.handle({
    method: request.method,
    path: route.path,
    query: request.query as Readonly<Record<string, string>>,
    headers: request.headers as Readonly<Record<string, string | undefined>>,
    body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
    ...(principal !== undefined && { principal }),
  });
  reply.code(status).headers(headers ?? {});
  reply.send(typeof body === "string" || body === undefined ? body : Buffer.from(body));
}

function invalid({ plugin, route: { method, path } }: AddedRoute, problem: string): KernelError {
  return new KernelError("MODULE_INVALID", `plugin ${plugin}: route ${method} ${path}: ${problem}`);
}
