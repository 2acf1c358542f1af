import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import type { TestApi } from "../../testing/api-server.ts";

type Json = Record<string, unknown>;
/** Calls the API below `/api/mcp`. @throws Error for a refusal */
type Ask = (method: string, path: string, body?: object) => Promise<Json>;
/** Runs work after all work before it. */
type InTurn = (work: () => Promise<void>) => Promise<void>;
interface Asked {
  id: string;
  params: { requestedSchema?: { properties?: Record<string, Json> } };
}

/** What the suite starts as its client: it asks this process to perform a scenario. A process of Node for each would take longer. */
export interface ScenarioClient {
  /** For a shell; the suite appends the address of its server. */
  command: string;
  close(): void;
}

export async function startScenarioClient(api: TestApi): Promise<ScenarioClient> {
  let turn: Promise<unknown> = Promise.resolve();
  // One at a time: all scenarios run at once, and the panel keeps ten sign-ins of one person.
  const inTurn: InTurn = (work) => {
    const result = turn.then(work);
    turn = result.catch(() => undefined);
    return result;
  };
  const server = createServer(async (request, response) => {
    const [scenario = "", url = "", ...context] = (await text(request)).split(" ");
    const failure = await perform(api, scenario, url, context.join(" "), inTurn).then(
      () => "",
      (error: unknown) => String(error),
    );
    response.writeHead(failure === "" ? 200 : 500).end(failure);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    command: `sh -c 'curl -sS --fail-with-body --data-raw "$MCP_CONFORMANCE_SCENARIO $0 $MCP_CONFORMANCE_CONTEXT" http://127.0.0.1:${port}/'`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Sign-ins of one scenario: some servers ask for more rights with the first call, some without end. */
const MAX_SIGN_INS = 3;

/**
 * Performs a scenario by the panel, as a person does: registers the suite's server, starts it, signs in where it asks for it,
 * lists its tools, calls each, and answers what the server asks meanwhile with the defaults of its form.
 */
async function perform(api: TestApi, name: string, url: string, context: string, inTurn: InTurn): Promise<void> {
  const ask: Ask = async (method, path, body) => {
    const response = await api.ask(method, `/api/mcp${path}`, { body });
    if (response.status >= 400) throw new Error(`${method} ${path}: ${response.status} ${response.text}`);
    return response.body;
  };
  const { client_id: clientId, client_secret: clientSecret } = context === "" ? {} : JSON.parse(context);
  const oauth = clientId === undefined ? {} : { oauth: { clientId, clientSecret } };
  const { server } = await ask("POST", "", { name, transport: { type: "http", url, ...oauth } });
  const path = `/${(server as { id: string }).id}`;
  let signIns = 0;
  const signedIn = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      const { server } = (await ask("GET", path)) as { server: { signIn: { state: string } | null } };
      const asks = server.signIn?.state === "needed" || server.signIn?.state === "again";
      if (!asks || ++signIns > MAX_SIGN_INS) throw error;
      await inTurn(() => signIn(ask, path));
      return signedIn(work);
    }
  };
  try {
    await signedIn(() => ask("POST", `${path}/start`, {}));
    const { tools } = (await signedIn(() => ask("GET", `${path}/tools`))) as {
      tools: { name: string; inputSchema: Json }[];
    };
    for (const { name: tool, inputSchema } of tools) {
      await signedIn(async () => {
        let isOver = false;
        const call = ask("POST", `${path}/tools/call`, { name: tool, arguments: argumentsFor(inputSchema) });
        const over = call.finally(() => {
          isOver = true;
        });
        await Promise.all([over, answerRequests(ask, path, () => isOver)]);
      });
    }
  } finally {
    await ask("DELETE", path);
  }
}

/** The suite's authorization server sends everybody back at once. */
async function signIn(ask: Ask, path: string): Promise<void> {
  const { signIn: begun } = (await ask("POST", `${path}/sign-in`, {})) as { signIn: { authorizationUrl: string } };
  const consent = await fetch(begun.authorizationUrl, { redirect: "manual" });
  await ask("POST", `${path}/sign-in/finish`, { address: consent.headers.get("location") ?? "" });
}

async function answerRequests(ask: Ask, path: string, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const { requests } = (await ask("GET", `${path}/requests`)) as { requests: Asked[] };
    for (const { id, params } of requests) {
      const fields = Object.entries(params.requestedSchema?.properties ?? {});
      const content = Object.fromEntries(fields.map(([name, field]) => [name, field.default]));
      await ask("POST", `${path}/requests/${id}/answer`, { action: "answer", result: { action: "accept", content } });
    }
    await pause(20);
  }
}

const argumentsFor = ({ properties = {} }: { properties?: Record<string, Json> }): Json =>
  Object.fromEntries(Object.entries(properties).map(([name, { type }]) => [name, type === "number" ? 2 : "text"]));
