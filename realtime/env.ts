import type { HttpBindings } from "@hono/node-server";

export type RealtimeEnv = { Bindings: HttpBindings; Variables: { requestId: string } };
