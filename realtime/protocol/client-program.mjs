// A third-party program: joins every namespace with one version of socket.io-client over one transport, and prints what it
// received as one line of JSON. Plain JavaScript, so that Node, Deno and Bun run the same file.
// Usage: client-program.mjs <package> <url> <key> <transports> <channel>
import process from "node:process";

const [packageName, url, key, transports, channel] = process.argv.slice(2);
const { io } = await import(packageName);

const limit = setTimeout(() => finish(1, "nothing more came for 5 min"), 300_000);
const names = ["services", "deployments", "system", "mcp", "files"];
const seen = { joined: [], transport: "", numbers: [] };

function finish(code, reason) {
  clearTimeout(limit);
  process.stdout.write(`${JSON.stringify({ ...seen, reason })}\n`, () => process.exit(code));
}

const join = (name) =>
  new Promise((resolve) => {
    // One connection per namespace: version 4.0 sends no credentials for the second namespace of a connection.
    const socket = io(`${url}/${name}`, { auth: { token: key }, transports: transports.split(","), forceNew: true });
    socket.once("connect", () => {
      limit.refresh?.();
      seen.joined.push(name);
      resolve(socket);
    });
    socket.on("connect_error", (error) => finish(1, `${name}: ${error.message}`));
  });

const sockets = await Promise.all(names.map(join));
const mcp = sockets[names.indexOf("mcp")];
mcp.on("number", (number) => {
  seen.numbers.push(number);
  if (seen.numbers.length < 100) return;
  seen.transport = mcp.io.engine.transport.name;
  // A polling socket disconnects by a separate request.
  for (const socket of sockets) socket.disconnect();
  finish(0);
});
mcp.emit("join", { serverId: channel }, (answer) => {
  if (answer.success !== true) finish(1, JSON.stringify(answer));
});
