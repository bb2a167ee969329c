import type { Endpoint, Exchange } from "./endpoint.js";

/** `/health` and `/version`, which everybody may read. */
export function masterStatusEndpoints({ version }: { readonly version: string }): Endpoint[] {
  return [
    { path: "/health", methods: ["GET"], handle: ({ reply }) => void reply.code(200).send() },
    {
      path: "/version",
      methods: ["GET"],
      handle: ({ reply }: Exchange) => void reply.send({ version }),
    },
  ];
}
