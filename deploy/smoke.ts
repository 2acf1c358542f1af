import { readFileSync } from "node:fs";
import process from "node:process";
import { parseArgs } from "node:util";
import { WebSocket } from "ws";

const LIMIT_MS = 5_000;

const { values } = parseArgs({
  options: {
    web: { type: "string", default: "http://127.0.0.1:3005" },
    api: { type: "string", default: "http://127.0.0.1:3006" },
    realtime: { type: "string", default: "http://127.0.0.1:3007" },
    /** Address the panel is opened at, through nginx. */
    public: { type: "string" },
    /** File of the emit token; without it, only what needs no login is looked at. */
    "token-file": { type: "string" },
  },
});

type Json = Record<string, unknown>;

async function get(url: string, headers: Record<string, string> = {}, init: RequestInit = {}): Promise<Response> {
  return fetch(url, { ...init, headers, redirect: "manual", signal: AbortSignal.timeout(LIMIT_MS) });
}

function expectThat(condition: boolean, complaint: string): void {
  if (!condition) throw new Error(complaint);
}

async function isLive(base: string): Promise<string> {
  const answer = await get(`${base}/health`);
  const body = (await answer.json()) as Json;
  expectThat(answer.ok && body.success === true && body.status === "healthy", `it answers ${answer.status}`);
  return "healthy";
}

async function servesPage(base: string): Promise<string> {
  const answer = await get(`${base}/`);
  const page = await answer.text();
  expectThat(answer.ok && page.includes("<html"), `it answers ${answer.status}, not with the page`);
  return "the page is there";
}

async function isReady(base: string, token: string): Promise<string> {
  const answer = await get(`${base}/ready`, { authorization: `Bearer ${token}` });
  const text = await answer.text();
  expectThat(answer.status === 200, `it answers ${answer.status}: ${text.slice(0, 500)}`);
  return text.slice(0, 500);
}

async function takesEvents(base: string, token: string): Promise<string> {
  const answer = await get(
    `${base}/emit`,
    { authorization: `Bearer ${token}`, "content-type": "application/json" },
    // A room that nobody is in: the event reaches no viewer.
    { method: "POST", body: JSON.stringify({ namespace: "mcp", event: "smoke", room: "mcp:smoke", data: null }) },
  );
  const text = await answer.text();
  expectThat(answer.ok, `it answers ${answer.status}: ${text.slice(0, 500)}`);
  return "an event is taken";
}

/** Engine.IO's first packet over a WebSocket: it has passed every proxy on the way, and the server's own gate. */
async function upgrades(base: string): Promise<string> {
  const url = `${base.replace(/^http/, "ws")}/socket.io/?EIO=4&transport=websocket`;
  const socket = new WebSocket(url, { handshakeTimeout: LIMIT_MS });
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
        reject(new Error(`the upgrade is answered with ${answer.statusCode}`));
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
  expectThat(answer.status === 404, `${path} answers ${answer.status} to the outside`);
  return `${path} is not to be had from outside`;
}

const checks: [part: string, look: () => Promise<string>][] = [
  ["web app", () => servesPage(values.web)],
  ["API", () => isLive(values.api)],
  ["realtime server", () => isLive(values.realtime)],
  ["WebSocket, direct", () => upgrades(values.realtime)],
];
const tokenFile = values["token-file"];
if (tokenFile) {
  const token = readFileSync(tokenFile, "utf8").trim();
  checks.push(
    ["parts the API depends on", () => isReady(values.api, token)],
    ["parts the realtime server depends on", () => isReady(values.realtime, token)],
    ["events from backends", () => takesEvents(values.realtime, token)],
  );
}
const outside = values.public?.replace(/\/$/, "");
if (outside) {
  checks.push(
    ["web app through nginx", () => servesPage(outside)],
    ["API through nginx", () => isLive(outside)],
    ["WebSocket through nginx", () => upgrades(outside)],
    ["closed doors of nginx", () => isHidden(outside, "/emit")],
  );
}

let broken = 0;
for (const [part, look] of checks) {
  try {
    process.stdout.write(`ok      ${part}: ${await look()}\n`);
  } catch (error) {
    broken++;
    const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : "";
    process.stdout.write(`BROKEN  ${part}: ${error instanceof Error ? error.message : String(error)}${cause}\n`);
  }
}
process.exitCode = broken === 0 ? 0 : 1;
