import { createHmac } from "node:crypto";

/** Returns the mark of this installation's shells: a digest of the token that both servers share, which does not reveal it. */
export const shellOwner = (emitToken: string): string =>
  createHmac("sha256", emitToken).update("shells").digest("hex").slice(0, 24);
