import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import process from "node:process";
import type Docker from "dockerode";
import { type Child, startChild } from "../child.ts";
import { eventually } from "../eventually.ts";
import { canConnect, freePort } from "../free-port.ts";
import { findProgram, TEST_IMAGE } from "../parts.ts";
import { tempFolder } from "../temp-folder.ts";

export interface ImageVariant {
  /** Script of the image; default: sleeps. */
  script?: string;
  labels?: Record<string, string>;
  env?: string[];
  healthcheck?: string[];
  /** Size in bytes of a further layer with incompressible data. */
  bytes?: number;
}

export interface TestRegistry {
  /** Host in image references: `127.0.0.1:<port>`. */
  host: string;
  /** Creates an image from busybox and pushes it as `host/name:tag`; returns its digest. The images of the Engine do not change. */
  push(docker: Docker, name: string, variant?: ImageVariant): Promise<string>;
  /** Number of requests for manifests so far. */
  manifestRequests(): number;
  stop(): Promise<void>;
}

/**
 * Starts Debian's docker-registry on a free port of loopback, where the Engine accepts it without TLS.
 * @param htpasswd lines of `user:bcrypt`; callers must log in then
 */
export async function startRegistry({ htpasswd }: { htpasswd?: string } = {}): Promise<TestRegistry> {
  const folder = await tempFolder("registry");
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const at = (name: string) => join(folder.path, name);
  if (htpasswd !== undefined) await writeFile(at("htpasswd"), htpasswd);
  await writeFile(
    at("config.yml"),
    [
      "version: 0.1",
      "log:",
      "  level: info",
      "storage:",
      "  filesystem:",
      `    rootdirectory: ${at("data")}`,
      "http:",
      `  addr: ${host}`,
      `  secret: ${randomBytes(16).toString("hex")}`,
      ...(htpasswd === undefined ? [] : ["auth:", "  htpasswd:", "    realm: test", `    path: ${at("htpasswd")}`]),
    ].join("\n"),
  );
  const child: Child = await startChild(
    findProgram("docker-registry") ?? "docker-registry",
    ["serve", at("config.yml")],
    {
      env: { PATH: process.env.PATH ?? "", OTEL_TRACES_EXPORTER: "none" },
    },
  );
  await eventually(() => canConnect(port));

  return {
    host,
    async push(docker, name, variant = {}) {
      const [repository = name, tag = "latest"] = name.split(":");
      const repo = `${host}/${repository}`;
      const before = await docker
        .getImage(`${repo}:${tag}`)
        .inspect()
        .catch(() => undefined);
      await commit(docker, `${repo}:${tag}`, variant);
      let digest = "";
      // The Engine requires credentials for a push, even if the registry does not.
      const auth = { authconfig: { username: "ada", password: "secret", serveraddress: host } };
      const stream = await docker.getImage(`${repo}:${tag}`).push(auth);
      await new Promise<void>((resolve, reject) => {
        docker.modem.followProgress(
          stream,
          (error) => (error ? reject(error) : resolve()),
          (message: { error?: string; aux?: { Digest?: string } }) => {
            if (message.error) reject(new Error(message.error));
            digest = message.aux?.Digest ?? digest;
          },
        );
      });
      await docker.getImage(`${repo}:${tag}`).remove({ force: true });
      if (before) await docker.getImage(before.Id).tag({ repo, tag });
      return digest;
    },
    manifestRequests: () => child.output().match(/"GET \/v2\/\S+\/manifests\//g)?.length ?? 0,
    stop: async () => {
      await child.stop();
      await folder.remove();
    },
  };
}

export interface StalledRegistry {
  /** Host in image references: `127.0.0.1:<port>`. */
  host: string;
  close(): Promise<void>;
}

/** What is larger is the content of a layer, not the configuration of an image. */
const STALL_BYTES = 1_000_000;

/**
 * The images of a registry at another address, where the download of a large layer stops half way: a pull from there stays
 * under way for as long as a test needs it.
 */
export async function startStalledRegistry(registry: Pick<TestRegistry, "host">): Promise<StalledRegistry> {
  const [host, port] = registry.host.split(":");
  const server = createServer((incoming, response) => {
    const { method, url = "", headers } = incoming;
    const outgoing = request({ host, port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      const size = Number(answer.headers["content-length"] ?? 0);
      if (method !== "GET" || !url.includes("/blobs/") || size < STALL_BYTES) return void answer.pipe(response);
      let sent = 0;
      answer.on("data", (chunk: Buffer) => {
        if (sent < size / 2) response.write(chunk);
        else answer.pause();
        sent += chunk.length;
      });
    });
    outgoing.on("error", () => response.destroy());
    response.on("close", () => outgoing.destroy());
    incoming.pipe(outgoing);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function commit(docker: Docker, reference: string, variant: ImageVariant): Promise<void> {
  const { script = "exec sleep 1000000", labels = {}, env = [], healthcheck, bytes = 0 } = variant;
  // Each variant has its own layer, or a push would find all layers in the registry.
  const fill = `head -c ${bytes} /dev/urandom > /layer; echo ${randomBytes(8).toString("hex")} >> /layer`;
  const container = await docker.createContainer({
    Image: TEST_IMAGE,
    Cmd: ["/bin/sh", "-c", fill],
    HostConfig: { NetworkMode: "host" },
  });
  try {
    await container.start();
    await container.wait();
    const [repo, tag] = [
      reference.slice(0, reference.lastIndexOf(":")),
      reference.slice(reference.lastIndexOf(":") + 1),
    ];
    await docker.getContainer(container.id).commit({
      repo,
      tag,
      Cmd: ["/bin/sh", "-c", script],
      Labels: labels,
      Env: env,
      ...(healthcheck
        ? { Healthcheck: { Test: ["CMD", ...healthcheck], Interval: 1e9, Timeout: 300e9, Retries: 1 } }
        : {}),
    } as object);
  } finally {
    await container.remove({ force: true });
  }
}
