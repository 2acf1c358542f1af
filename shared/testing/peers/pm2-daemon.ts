import { readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { createFrameReader, decodeArgument, encodeFrame } from "../../pm2/amp.ts";

/**
 * A program that says it is PM2's daemon: `pm2-daemon.ts TITLE FOLDER [nonsense|silent]`. It answers the list in `list.json` of
 * the folder, or nonsense, or nothing, and then prints what it was asked. Says "up" once it listens.
 */
const [title = "", folder = "", mode = "list"] = process.argv.slice(2);

process.title = title;
const socket = join(folder, "rpc.sock");
rmSync(socket, { force: true });
createServer((client) => {
  client.on("error", () => undefined);
  if (mode === "silent") return void client.on("data", (chunk: Buffer) => process.stdout.write(chunk));
  if (mode === "nonsense") return void client.end(Buffer.alloc(100_000, 0x41));
  const read = createFrameReader(([request]) => {
    const { method } = decodeArgument(request) as { method: string };
    const answer = method === "getMonitorData" ? JSON.parse(readFileSync(join(folder, "list.json"), "utf8")) : {};
    client.end(encodeFrame([{ error: null, args: [answer] }]));
  }, 1_000_000);
  client.on("data", (chunk: Buffer) => read(chunk));
}).listen(socket, () => process.stdout.write("up\n"));
