import { expect } from "chai";
import { KernelError } from "../../base/kernel-error.js";
import { silentLogger } from "../../base/logger.js";
import type { PluginRoute } from "../../kernel/plugin.js";
import { HttpServer } from "./http-server.js";
import { addPluginRoutes } from "./plugin-routes.js";

function route(method: string, path: string, body = ""): PluginRoute {
  return { method: method as "GET", path, handle: () => ({ status: 200, body }) };
}

describe("addPluginRoutes", () => {
  let server: HttpServer;
  let asked: string[];

  beforeEach(() => {
    asked = [];
    server = new HttpServer({
      role: "master",
      logger: silentLogger,
      authenticate: async (realm) => {
        asked.push(realm);
        return undefined;
      },
    });
    server.add({ path: "/state", methods: ["GET"], handle: ({ reply }) => void reply.send("own") });
  });
  afterEach(() => server.dispose());

  const refusal = (...routes: readonly PluginRoute[]): object => {
    try {
      addPluginRoutes(
        server,
        routes.map((one, index) => ({ plugin: `p${index}`, route: one })),
      );
    } catch (error) {
      if (error instanceof KernelError) return { code: error.code, message: error.message };
      throw error;
    }
    return {};
  };
  const invalid = (message: string) => ({ code: "MODULE_INVALID", message });

  it("serves each method of a path by its own route and realm", async () => {
    addPluginRoutes(server, [
      { plugin: "notes", route: route("GET", "/master/notes.json", "read") },
      { plugin: "notes", route: route("POST", "/notes", "written") },
    ]);
    const answers = [];
    for (const method of ["GET", "POST", "DELETE"] as const) {
      const { statusCode, headers, body } = await server.inject({ method, url: "/notes" });
      answers.push([statusCode, headers.allow, body]);
    }
    expect(answers).to.deep.equal([
      [200, undefined, "read"],
      [200, undefined, "written"],
      [405, "GET, POST", "expected GET, POST, got DELETE"],
    ]);
    expect(asked).to.deep.equal(["readonly", "readwrite", "readwrite"]);
  });

  it("refuses a route that the server or another plugin has, with plugin, method and path", () => {
    expect(refusal(route("POST", "/state"))).to.deep.equal(
      invalid("plugin p0: route POST /state: the path is the kernel's own"),
    );
    expect(refusal(route("GET", "/master/state.json"))).to.deep.equal(
      invalid("plugin p0: route GET /master/state.json: the path is the kernel's own"),
    );
    expect(refusal(route("GET", "/a"), route("GET", "/a/"))).to.deep.equal(
      invalid("plugin p1: route GET /a/: plugin p0 has the same"),
    );
  });

  it("refuses a route that is none", () => {
    expect(refusal(route("GET", "p"))).to.deep.equal(
      invalid('plugin p0: route GET p: expected a path that begins with "/"'),
    );
    expect(refusal(route("GET", "/p?q"))).to.deep.equal(
      invalid("plugin p0: route GET /p?q: a path has no spaces, ? or #"),
    );
    expect(refusal(route("LOOK", "/p"))).to.deep.equal(
      invalid("plugin p0: route LOOK /p: expected one of GET, POST, PUT, DELETE"),
    );
    const unhandled = { ...route("GET", "/p"), handle: undefined } as unknown as PluginRoute;
    expect(refusal(unhandled)).to.deep.equal(
      invalid("plugin p0: route GET /p: expected a function handle"),
    );
    expect(refusal(route("GET", "/p/:(x"))).to.have.property("code", "MODULE_INVALID");
  });
});
