import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Disposable } from "../../base/disposable.js";
import { hostPort } from "../../base/host-port.js";
import { KernelError, messageOf } from "../../base/kernel-error.js";
import type { Logger } from "../../base/logger.js";
import type { Principal } from "../../contracts/principal.js";
import type { UpgradeSource } from "../../contracts/transport.js";
import { MAX_REQUEST_BODY_BYTES } from "../../protocol/limits.js";
import { authentication } from "./authentication.js";
import type { Authenticate, Endpoint, Refusal } from "./endpoint.js";
import { inflateBody } from "./inflate-body.js";
import {
  CONNECTION_STALL_TIMEOUT_MS,
  HEADERS_TIMEOUT_MS,
  KEEP_ALIVE_TIMEOUT_MS,
  MAX_HEADER_BYTES,
  REQUEST_TIMEOUT_MS,
} from "./limits.js";
import { canonicalUrl, type ServerRole } from "./path-aliases.js";
import { sendRefusal } from "./refusal.js";
import { Upgrades } from "./upgrades.js";

export interface HttpServerOptions {
  readonly role: ServerRole;
  readonly logger: Logger;
  /** Undefined: nobody is asked who they are. */
  readonly authenticate?: Authenticate | undefined;
}
/** Where a server listens. */
export interface HttpAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * The HTTP server of a master or an agent. Add every endpoint, then `listen`; disposing ends every connection, streams
 * too. It limits what a client may send and how long it may take, and answers every error in plain text.
 */
export class HttpServer implements Disposable {
  private readonly fastify: FastifyInstance;
  private readonly authenticate: Authenticate | undefined;
  readonly upgrades: UpgradeSource;

  constructor(private readonly options: HttpServerOptions) {
    this.authenticate = options.authenticate;
    this.fastify = createFastify(options);
    this.upgrades = new Upgrades(this.fastify.server, (url) => this.canonicalPath(url));
  }

  /** The path under which a request to `url` looks for its endpoint. */
  canonicalPath(url: string): string {
    return pathOf(canonicalUrl(this.options.role, url));
  }

  /** Whether there is an endpoint of that path already: an endpoint has its path for all methods. */
  has(path: string): boolean {
    return this.fastify.hasRoute({ method: "GET", url: path });
  }

  add(endpoint: Endpoint): void {
    this.fastify.route({
      method: this.fastify.supportedMethods,
      url: endpoint.path,
      onRequest: [...authentication(this.authenticate, endpoint.realm), gate(endpoint)],
      // Not async: Fastify would watch each reply's end, which costs more than all that is done here.
      handler: (request, reply) => {
        const principal = request.getDecorator<Principal | undefined>("principal");
        const handled = endpoint.handle({ request, reply, principal });
        handled?.catch((error: unknown) => reply.send(error));
      },
    });
  }

  /** @throws KernelError ADDRESS_IN_USE, PERMISSION_DENIED or CONFIGURATION_INVALID, naming host and port. */
  async listen(address: HttpAddress): Promise<HttpAddress> {
    try {
      await this.fastify.listen(address);
    } catch (cause) {
      throw listenError(address, cause);
    }
    const bound = this.fastify.server.address();
    return typeof bound === "object" && bound !== null ? { ...address, port: bound.port } : address;
  }

  /** Sends a request through the whole pipeline without a socket: for tests. */
  get inject(): FastifyInstance["inject"] {
    return this.fastify.inject.bind(this.fastify) as FastifyInstance["inject"];
  }

  async dispose(): Promise<void> {
    await this.fastify.close();
  }
}

function createFastify({ role, logger }: HttpServerOptions): FastifyInstance {
  const fastify = Fastify({
    logger: false,
    bodyLimit: MAX_REQUEST_BODY_BYTES,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    connectionTimeout: CONNECTION_STALL_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: { maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: HEADERS_TIMEOUT_MS },
    rewriteUrl: (request: IncomingMessage) => canonicalUrl(role, request.url ?? "/"),
    clientErrorHandler: refuseBrokenRequest,
    frameworkErrors: (error, _request, reply) =>
      void sendRefusal(reply, { status: statusOf(error), message: error.message }),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 1024 },
  });
  fastify.decorateRequest("principal", undefined);
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) =>
    done(null, body),
  );
  fastify.addHook("preParsing", inflateBody);
  fastify.setNotFoundHandler((request, reply) =>
    sendRefusal(reply, { status: 404, message: `nothing answers at ${pathOf(request.url)}` }),
  );
  fastify.setErrorHandler((error, request, reply) => {
    const status = statusOf(error);
    if (status === 413) readOn(request, reply);
    if (status < 500) return sendRefusal(reply, { status, message: messageOf(error) });
    logger.error("a request failed", { method: request.method, url: request.url, cause: error });
    return sendRefusal(reply, { status, message: "the server failed; its log says why" });
  });
  return fastify;
}

/**
 * A client that is still sending sees a broken connection rather than the answer if the connection is closed at once, so
 * what is left of its body is read and dropped, for as long as a request may take.
 */
function readOn({ raw }: FastifyRequest, reply: FastifyReply): void {
  reply.removeHeader("connection");
  raw.unpipe();
  raw.resume();
}

/** Answers what is not HTTP, as far as its sender still listens; the connection ends in any case. */
function refuseBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  const status =
    error.code === "HPE_HEADER_OVERFLOW"
      ? 431
      : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
        ? 408
        : 400;
  if (socket.writable && error.code !== "ECONNRESET") {
    const message = `cannot read the request: ${error.message}`;
    socket.write(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: text/plain; charset=utf-8\r\n` +
        `Content-Length: ${Buffer.byteLength(message)}\r\nConnection: close\r\n\r\n${message}`,
    );
  }
  socket.destroySoon();
}

function gate(endpoint: Endpoint) {
  const methods: readonly string[] = endpoint.methods;
  return (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    const refusal = endpoint.gate?.(request) ?? methodRefusal(methods, request.method);
    if (refusal === undefined) done();
    else sendRefusal(reply, refusal);
  };
}

function methodRefusal(methods: readonly string[], method: string): Refusal | undefined {
  if (methods.includes(method) || (method === "HEAD" && methods.includes("GET"))) return undefined;
  const allow = methods.join(", ");
  return { status: 405, message: `expected ${allow}, got ${method}`, headers: { allow } };
}

function statusOf(error: unknown): number {
  const status = (error as { readonly statusCode?: unknown } | undefined)?.statusCode;
  return typeof status === "number" && status >= 400 && status < 600 ? status : 500;
}

function pathOf(url: string): string {
  return url.split("?", 1)[0] ?? "/";
}

function listenError({ host, port }: HttpAddress, cause: unknown): KernelError {
  const where = `cannot listen on ${hostPort(host, port)}`;
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === "EADDRINUSE")
    return new KernelError("ADDRESS_IN_USE", `${where}: another process listens there`, { cause });
  if (code === "EACCES")
    return new KernelError("PERMISSION_DENIED", `${where}: not permitted`, { cause });
  return new KernelError("CONFIGURATION_INVALID", `${where}: ${messageOf(cause)}`, { cause });
}
