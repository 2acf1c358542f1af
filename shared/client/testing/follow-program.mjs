// Follows a log and the events of a room, as a program that installed the package does. Prints a JSON value per line.
import { createWatch } from "ai-desktop-client/watch";

const page = globalThis.document && new URL(globalThis.location.href).searchParams;
const { env, argv } = globalThis.process ?? {};
const write = page ? globalThis.print : (text) => globalThis.process.stdout.write(text);
const print = (value) => write(`${JSON.stringify(value)}\n`);

const watch = createWatch({
  url: page?.get("url") ?? env.WS_SERVER_URL,
  token: page ? undefined : env.AI_DESKTOP_API_KEY,
  retryMs: { min: 100, max: 500 },
});
watch.servicesWS.subscribeLogs("viewer", page?.get("container") ?? argv[2], ({ data }) => print({ data }), {
  tail: 10_000,
  onGap: ({ reason }) => print({ gap: reason }),
  onError: ({ code }) => print({ error: code }),
});
watch.mcpWS.on("tick", (tick) => print({ tick }));
watch.mcpWS.join("room", { onJoined: () => print({ joined: true }) });
globalThis.process?.on("SIGTERM", watch.close);
