import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { HttpServer } from "./http-server.js";
import { silentLogger } from "../../base/logger.js";
import { fileEndpoints } from "./file-endpoints.js";
import { MAX_READ_BYTES, VirtualFiles } from "./virtual-files.js";

describe("VirtualFiles", () => {
  let directory: string;
  let sandbox: string;
  let files: VirtualFiles;
  let server: HttpServer;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "dasmos-files-"));
    sandbox = join(directory, "sandbox");
    await mkdir(join(sandbox, "sub"), { recursive: true });
    await writeFile(join(sandbox, "stdout"), "héllo");
    await writeFile(join(sandbox, "sub", "large"), "x".repeat(100_000));
    await writeFile(join(directory, "secret"), "secret");
    files = new VirtualFiles(
      () =>
        new Map([
          ["/run", sandbox],
          ["/log", join(sandbox, "stdout")],
        ]),
    );
    server = new HttpServer({ role: "agent", logger: silentLogger });
    for (const endpoint of fileEndpoints(files)) server.add(endpoint);
  });
  afterEach(async () => {
    await server.dispose();
    await rm(directory, { recursive: true });
  });

  async function get(url: string) {
    const answer = await server.inject(url);
    const isJson = String(answer.headers["content-type"]).startsWith("application/json");
    return { status: answer.statusCode, body: isJson ? (answer.json() as unknown) : answer.body };
  }
  const query = (path: string) => `path=${encodeURIComponent(path)}`;

  it("lists a directory as ls would", async () => {
    const { status, body } = await get("/files/browse?path=/run");
    expect(status).to.equal(200);
    const entries = body as {
      readonly path: string;
      readonly mode: string;
      readonly size: number;
    }[];
    expect(entries.map(({ path, mode }) => [path, mode[0]])).to.deep.equal([
      ["/run/stdout", "-"],
      ["/run/sub", "d"],
    ]);
    expect(entries[0]).to.have.all.keys("path", "nlink", "size", "mtime", "mode", "uid", "gid");
    expect(entries[0]?.size).to.equal(6);
  });

  it("reads part of a file, whole characters only and never more than 16 pages", async () => {
    const read = async (rest: string) => (await get(`/files/read?path=/run/${rest}`)).body;
    expect(await read("stdout&offset=0")).to.deep.equal({ offset: 0, data: "héllo" });
    expect(await read("stdout&offset=3&length=2")).to.deep.equal({ offset: 3, data: "ll" });
    expect(await read("stdout&offset=0&length=2")).to.deep.equal({ offset: 0, data: "h" });
    expect(await read("stdout&offset=99")).to.deep.equal({ offset: 99, data: "" });
    expect(await read("stdout&offset=-1")).to.deep.equal({ offset: 6, data: "" });
    expect(await read("stdout")).to.deep.equal({ offset: 6, data: "" });
    const large = (await read("sub/large&offset=10&length=-1")) as { readonly data: string };
    expect(large.data.length).to.equal(MAX_READ_BYTES);
    expect((await get("/files/read?path=/log&offset=0")).status).to.equal(200);
    expect((await get("/files/read?path=/log&offset=one")).status).to.equal(400);
  });

  it("sends a whole file to be saved", async () => {
    const answer = await server.inject("/files/download?path=/run/stdout");
    expect(answer.headers).to.include({
      "content-type": "application/octet-stream",
      "content-disposition": 'attachment; filename="stdout"',
      "content-length": "6",
    });
    expect(answer.body).to.equal("héllo");
    await writeFile(join(sandbox, "empty"), "");
    expect((await get("/files/download?path=/run/empty")).body).to.equal("");
  });

  it("says what is attached", async () => {
    expect((await get("/files/debug")).body).to.deep.equal({
      "/run": sandbox,
      "/log": join(sandbox, "stdout"),
    });
  });

  describe("gives nothing away that is not attached", () => {
    const cases: [path: string, status: number][] = [
      ["", 400],
      ["/", 404],
      ["/etc/passwd", 404],
      ["/runs/stdout", 404],
      ["/run/../../secret", 400],
      ["/run/sub/../stdout", 400],
      ["/run/./stdout", 400],
      ["/run/stdout\0.txt", 400],
      ["/run/nothing", 404],
      ["/run/stdout/below", 404],
      [`/run/${"a".repeat(5_000)}`, 400],
      ["/run/link-to-secret", 403],
      ["/run/link-up/secret", 403],
      ["/run/link-to-root/etc/passwd", 403],
      ["/run/loop", 404],
      ["/run/sub", 400],
      ["/run/fifo", 400],
    ];
    beforeEach(async () => {
      await symlink("../secret", join(sandbox, "link-to-secret"));
      await symlink("..", join(sandbox, "link-up"));
      await symlink("/", join(sandbox, "link-to-root"));
      await symlink("loop", join(sandbox, "loop"));
      execFileSync("mkfifo", [join(sandbox, "fifo")]);
    });
    for (const [path, status] of cases)
      it(`${JSON.stringify(path.slice(0, 40))}: ${status}`, async () => {
        for (const endpoint of ["read", "download"]) {
          const answer = await get(`/files/${endpoint}?${query(path)}&offset=0`);
          expect([answer.status, String(answer.body).includes("secret")]).to.deep.equal([
            status,
            false,
          ]);
        }
      });

    it("not a directory that a link leads to either", async () => {
      expect((await get("/files/browse?path=/run/link-up")).status).to.equal(403);
      expect((await get("/files/browse?path=/run/stdout")).status).to.equal(404);
    });

    it("but follows links within what is attached", async () => {
      await symlink("stdout", join(sandbox, "inside"));
      expect((await get("/files/read?path=/run/inside&offset=0")).body).to.deep.equal({
        offset: 0,
        data: "héllo",
      });
    });
  });
});
