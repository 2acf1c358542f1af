import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import type { AlertEvent } from "../../shared/protocol/alert.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import type { TestApi } from "../testing/api-server.ts";

export interface Received {
  headers: IncomingHttpHeaders;
  path: string;
  body: string;
}

export interface Receiver {
  port: number;
  url: string;
  /** What came, oldest first. */
  received: Received[];
  /** How it answers from now on. */
  answer: { status: number; headers: Record<string, string> };
  close(): void;
}

/** A real HTTP server on loopback that takes what it is sent. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const answer: Receiver["answer"] = { status: 200, headers: {} };
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      received.push({ headers: request.headers, path: request.url ?? "", body: Buffer.concat(parts).toString() });
      response.writeHead(answer.status, answer.headers).end("an answer of a stranger");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { port, url: `http://127.0.0.1:${port}`, received, answer, close };
}

/** Makes a rule of some settings; answers its id. */
export async function makeRule(api: TestApi, body: object): Promise<string> {
  const made = await api.ask("POST", "/api/alerts/rules", { body: { name: "a rule", ...body } });
  if (made.status !== 201) throw new Error(made.text);
  return made.body.rule.id;
}

/** Kinds of what happened by a rule, oldest first. */
export async function happened(api: TestApi, rule: string): Promise<string[]> {
  const { body } = await api.ask("GET", `/api/alerts/history?limit=200&rule=${rule}`);
  return (body.events as AlertEvent[]).map(({ kind }) => kind).reverse();
}

export const until = (api: TestApi, rule: string, kind: string, limitMs = 15_000) =>
  eventually(async () => (await happened(api, rule)).includes(kind), limitMs, 100);
