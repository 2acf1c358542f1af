import { createServer } from "node:http";
import process from "node:process";
import { text } from "node:stream/consumers";

/**
 * Responds to the realtime server's session checks, so that a benchmark of sockets measures one server. A session is named
 * by its cookie.
 */
const toPrincipal = ({ cookie }: { cookie?: string }) => ({
  kind: "user",
  id: "bench",
  name: "bench",
  role: "admin",
  limits: { services: null, deployments: null },
  scopes: null,
  sessionId: cookie,
  expiresAt: Date.now() + 86_400_000,
});

const answers: Record<string, (body: { handshakes: { cookie?: string }[]; sessionIds: string[] }) => object> = {
  "/internal/handshakes": ({ handshakes }) => ({ principals: handshakes.map(toPrincipal) }),
  "/internal/sessions": ({ sessionIds }) => ({ valid: sessionIds }),
};

createServer(async (request, response) => {
  const answer = answers[request.url ?? ""];
  const result = answer?.(JSON.parse(await text(request)));
  response.writeHead(result ? 200 : 404, { "Content-Type": "application/json" }).end(JSON.stringify(result ?? {}));
}).listen(Number(process.env.PORT), "127.0.0.1");
