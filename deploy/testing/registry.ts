import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import process from "node:process";

/**
 * Stands in for npm's registry in the test machines of `test-install.sh`: caches npm's configured registry in a folder and
 * serves it on a socket, which is accessible from a machine without a network.
 * Arguments: the socket, the folder, the address of the registry.
 */
const [socket = "", folder = "", upstream = ""] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

async function load(path: string, accept: string): Promise<Buffer> {
  const kept = join(folder, createHash("sha256").update(`${accept} ${path}`).digest("hex"));
  if (existsSync(kept)) return readFileSync(kept);
  const answer = await fetch(new URL(path.slice(1), upstream), { headers: { accept } });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  const body = Buffer.from(await answer.arrayBuffer());
  writeFileSync(`${kept}.part`, body);
  renameSync(`${kept}.part`, kept);
  return body;
}

const server = createServer((request, response) => {
  const accept = request.headers.accept?.includes("install-v1") ? "application/vnd.npm.install-v1+json" : "*/*";
  load(request.url ?? "/", accept).then(
    (body) => response.writeHead(200, { "content-length": body.length }).end(body),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      response.writeHead(404).end();
    },
  );
});
server.listen(socket);
await once(server, "listening");
