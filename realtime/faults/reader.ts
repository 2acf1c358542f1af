import process from "node:process";
import type { NamespaceName } from "../../shared/protocol/namespaces.ts";
import { openClient, subscribeLogs } from "../testing.ts";

/**
 * A client in its own process, so that it can be stopped (SIGSTOP) as a whole. Prints its state: `ready`, `event <name>` for
 * everything except data, and `last <line>` for each batch of lines.
 */
const [url = "", namespace = "", token = "", name = ""] = process.argv.slice(2);
const print = (text: string) => process.stdout.write(`${text}\n`);
const socket = openClient(url, namespace as NamespaceName, { token, reconnection: false });
socket.on("connect", async () => {
  if (name !== "") await subscribeLogs(socket, { deploymentId: name, pm2Name: name, tail: 0 });
  print("ready");
});
socket.on("logs", ({ data }: { data: string }) => print(`last ${data.split("\n").at(-2)?.slice(0, 20)}`));
socket.on("gap", ({ reason, dropped }: { reason: string; dropped?: number }) =>
  print(`gap ${reason} ${dropped ?? ""}`),
);
socket.on("numbered", ({ n }: { n: number }) => print(`numbered ${n}`));
socket.on("disconnect", (reason) => print(`disconnect ${reason}`));
