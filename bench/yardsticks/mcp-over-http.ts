import { createServer } from "node:http";
import process from "node:process";

/**
 * The floor of MCP over Streamable HTTP with this runtime: one response for each method, without a server behind it, without a
 * key or checks. What the official client needs more here than over a pipe is the cost of HTTP itself.
 */
const results: Record<string, object> = {
  initialize: {
    protocolVersion: "2025-11-25",
    capabilities: { tools: {} },
    serverInfo: { name: "floor", version: "1" },
  },
  "tools/call": { content: [{ type: "text", text: "This is a simple text response for testing." }] },
};

createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
  if (request.method !== "POST") {
    response.writeHead(405).end();
    return;
  }
  let body = "";
  request.setEncoding("utf8").on("data", (part: string) => {
    body += part;
  });
  request.on("end", () => {
    const { id, method } = JSON.parse(body);
    if (id === undefined) {
      response.writeHead(202).end();
      return;
    }
    const result = results[method];
    const error = { code: -32_601, message: "Method not found" };
    const text = JSON.stringify({ jsonrpc: "2.0", id, ...(result ? { result } : { error }) });
    response.writeHead(200, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) });
    response.end(text);
  });
}).listen(Number(process.env.PORT), "127.0.0.1");
