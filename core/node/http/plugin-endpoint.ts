import type { PluginRoute } from "../../kernel/plugin.js";
import type { Endpoint } from "./endpoint.js";

/** A plugin's route as an endpoint: reading ones ask for the reader's credentials, the others for the writer's. */
export function pluginEndpoint(route: PluginRoute): Endpoint {
  return {
    path: route.path,
    methods: [route.method],
    realm: route.method === "GET" ? "readonly" : "readwrite",
    handle: async ({ request, reply, principal }) => {
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
    },
  };
}
