import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import process from "node:process";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { checkServerIdentity, connect as connectTls } from "node:tls";
import { parseArgs } from "node:util";
import { WebSocket } from "ws";
import { localServiceUrl, loopbackAddress } from "../shared/server/loopback.ts";

const LIMIT_MS = 5_000;
const PAUSE_MS = 1_500;
const host = process.env.HOST || loopbackAddress();

const { values } = parseArgs({
  options: {
    web: { type: "string", default: localServiceUrl(host, 3005) },
    api: { type: "string", default: localServiceUrl(host, 3006) },
    realtime: { type: "string", default: localServiceUrl(host, 3007) },
    /** Public address of the panel, through nginx. */
    public: { type: "string" },
    /** Checks the public address only. */
    "only-public": { type: "boolean", default: false },
    /** `host:port` to connect to instead of the host of the public address. */
    connect: { type: "string" },
    /** File with the certificate that the public address must have; a self-signed one is accepted then. */
    certificate: { type: "string" },
    /** File of the emit token; without it, only public parts are checked. */
    "token-file": { type: "string" },
    /** Looks until everything is healthy; the last one is printed. */
    tries: { type: "string", default: "1" },
  },
});

type Json = Record<string, unknown>;

interface Answer {
  status: number;
  ok: boolean;
  body: string;
}

const isPublic = (url: URL): boolean => values.public !== undefined && url.host === new URL(values.public).host;

/** Returns the connection options for the public address: the target of `--connect`, the certificate and the name. */
function openPublic(url: URL): Socket {
  const bare = url.hostname.replace(/^\[|\]$/g, "");
  const [, host = bare, port = url.port || (url.protocol === "https:" || url.protocol === "wss:" ? "443" : "80")] =
    /^\[?([^\]]+)\]?:(\d+)$/.exec(values.connect ?? "") ?? [];
  if (url.protocol === "http:" || url.protocol === "ws:") return connectTcp(Number(port), host);
  const servername = isIP(bare) ? undefined : bare;
  const pinned = values.certificate ? new X509Certificate(readFileSync(values.certificate)) : undefined;
  const socket = connectTls({
    host,
    port: Number(port),
    servername,
    ALPNProtocols: ["http/1.1"],
    rejectUnauthorized: pinned === undefined,
    checkServerIdentity: (_host, certificate) => checkServerIdentity(bare, certificate),
  });
  if (pinned) {
    socket.once("secureConnect", () => {
      const certificate = socket.getPeerCertificate();
      if (certificate.fingerprint256 === pinned.fingerprint256) return;
      socket.destroy(new Error("another certificate than the panel's is shown: some other site or server answers"));
    });
  }
  return socket;
}

async function get(address: string, headers: Record<string, string> = {}, init: RequestInit = {}): Promise<Answer> {
  const url = new URL(address);
  const request = (url.protocol === "https:" ? httpsRequest : httpRequest)(url, {
    method: init.method ?? "GET",
    // Without an agent, the Host header would include the default port.
    headers: { ...headers, host: url.host, connection: "close" },
    signal: AbortSignal.timeout(LIMIT_MS),
    // An agent would create the connection itself.
    createConnection: isPublic(url) ? () => openPublic(url) : undefined,
  });
  return new Promise<Answer>((resolve, reject) => {
    request.once("error", reject);
    request.once("response", (response) => {
      const status = response.statusCode ?? 0;
      text(response).then((body) => resolve({ status, ok: status >= 200 && status < 300, body }), reject);
    });
    request.end(init.body);
  });
}

function expectThat(condition: boolean, complaint: string): void {
  if (!condition) throw new Error(complaint);
}

function parseJson(body: string): Json {
  try {
    return JSON.parse(body) as Json;
  } catch {
    throw new Error("another program responds instead of the panel");
  }
}

async function isLive(base: string): Promise<string> {
  const answer = await get(`${base}/health`);
  const body = parseJson(answer.body);
  expectThat(answer.ok && body.success === true && body.status === "healthy", `it answers ${answer.status}`);
  return "healthy";
}

async function servesPage(base: string): Promise<string> {
  const answer = await get(`${base}/`);
  expectThat(
    answer.ok && answer.body.includes("<html") && answer.body.includes("AI Desktop"),
    `it responds with ${answer.status}, not with the page`,
  );
  return "the page is served";
}

async function isReady(base: string, token: string): Promise<string> {
  const answer = await get(`${base}/ready`, { authorization: `Bearer ${token}` });
  expectThat(answer.status === 200, `it answers ${answer.status}: ${answer.body.slice(0, 500)}`);
  return answer.body.slice(0, 500);
}

async function takesEvents(base: string, token: string): Promise<string> {
  const answer = await get(
    `${base}/emit`,
    { authorization: `Bearer ${token}`, "content-type": "application/json" },
    // A room without members: the event reaches no viewer.
    { method: "POST", body: JSON.stringify({ namespace: "mcp", event: "smoke", room: "mcp:smoke", data: null }) },
  );
  expectThat(answer.ok, `it answers ${answer.status}: ${answer.body.slice(0, 500)}`);
  return "an event is accepted";
}

/** Waits for Engine.IO's first packet over a WebSocket, which shows that all proxies and the server admit it. */
async function upgrades(base: string): Promise<string> {
  const url = `${base.replace(/^http/, "ws")}/socket.io/?EIO=4&transport=websocket`;
  const createConnection = isPublic(new URL(url)) ? () => openPublic(new URL(url)) : undefined;
  const socket = new WebSocket(url, { handshakeTimeout: LIMIT_MS, createConnection });
  try {
    return await new Promise<string>((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error("no first packet within 5 s")), LIMIT_MS);
      socket.once("message", (data) => {
        clearTimeout(limit);
        if (String(data).startsWith("0{")) resolve("a WebSocket opens");
        else reject(new Error("the first packet is not Engine.IO's"));
      });
      socket.once("unexpected-response", (_request, answer) => {
        clearTimeout(limit);
        reject(new Error(`the upgrade was refused with ${answer.statusCode}`));
      });
      socket.once("error", (error) => {
        clearTimeout(limit);
        reject(error);
      });
    });
  } finally {
    socket.terminate();
  }
}

async function isHidden(base: string, path: string): Promise<string> {
  const answer = await get(`${base}${path}`, {}, { method: "POST" });
  expectThat(answer.status === 404, `${path} responds with ${answer.status} from outside`);
  return `${path} is not accessible from outside`;
}

type Check = [part: string, look: () => Promise<string>];

function findChecks(): Check[] {
  const checks: Check[] = [];
  if (!values["only-public"]) {
    checks.push(
      ["web app", () => servesPage(values.web)],
      ["API", () => isLive(values.api)],
      ["realtime server", () => isLive(values.realtime)],
      ["WebSocket, direct", () => upgrades(values.realtime)],
    );
    if (values["token-file"]) checks.push(...checksWithToken(values["token-file"]));
  }
  const outside = values.public?.replace(/\/$/, "");
  if (outside) {
    checks.push(
      ["web app through nginx", () => servesPage(outside)],
      ["API through nginx", () => isLive(outside)],
      ["WebSocket through nginx", () => upgrades(outside)],
      ["paths closed by nginx", () => isHidden(outside, "/emit")],
    );
  }
  return checks;
}

/** Reads the token. A missing file is reported like any other broken part. */
function checksWithToken(file: string): Check[] {
  let token: string;
  try {
    token = readFileSync(file, "utf8").trim();
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === "ENOENT" ? "does not exist yet" : "cannot be read";
    return [
      [
        "secret between the servers",
        () => Promise.reject(new Error(`${file} ${why}; the API creates it when it starts`)),
      ],
    ];
  }
  return [
    ["dependencies of the API", () => isReady(values.api, token)],
    ["dependencies of the realtime server", () => isReady(values.realtime, token)],
    ["events from backends", () => takesEvents(values.realtime, token)],
  ];
}

/** One line for each part, and whether all are healthy. */
async function lookAtAll(): Promise<{ healthy: boolean; lines: string[] }> {
  const lines: string[] = [];
  let healthy = true;
  for (const [part, look] of findChecks()) {
    try {
      lines.push(`ok      ${part}: ${await look()}`);
    } catch (error) {
      healthy = false;
      const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : "";
      lines.push(`BROKEN  ${part}: ${error instanceof Error ? error.message : String(error)}${cause}`);
    }
  }
  return { healthy, lines };
}

// The look that passes is the one that counts: a busy machine may let the next one fail.
let found = await lookAtAll();
for (let tries = Number(values.tries); !found.healthy && tries > 1; tries--) {
  await delay(PAUSE_MS);
  found = await lookAtAll();
}
process.stdout.write(`${found.lines.join("\n")}\n`);
process.exitCode = found.healthy ? 0 : 1;
