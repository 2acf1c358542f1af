import { createServer } from "node:http";
import process from "node:process";

/** Responds to the realtime server's session checks, so that a benchmark of sockets measures one server. */
const answers: Record<string, string> = {
  "/internal/handshake": JSON.stringify({
    principal: {
      kind: "user",
      id: "bench",
      name: "bench",
      role: "admin",
      limits: { services: null, deployments: null },
      scopes: null,
      sessionId: "bench",
      expiresAt: Date.now() + 86_400_000,
    },
  }),
  "/internal/sessions": JSON.stringify({ valid: ["bench"] }),
};

createServer((request, response) => {
  request.resume().on("end", () => {
    const answer = answers[request.url ?? ""];
    response.writeHead(answer ? 200 : 404, { "Content-Type": "application/json" }).end(answer ?? "{}");
  });
}).listen(Number(process.env.PORT), "127.0.0.1");
