import { z } from "zod";
import type { Acknowledgement } from "../result.ts";

/** Without fields. */
export const aliveCheck = z.strictObject({});

/** Client event of every namespace: only its acknowledgement matters, which a server that hangs does not send. */
export interface AliveClientToServer {
  alive: (nothing: z.input<typeof aliveCheck>, ack?: Acknowledgement) => void;
}
