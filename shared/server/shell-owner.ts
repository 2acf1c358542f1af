import { createHmac } from "node:crypto";

/** What marks the shells of this installation: both servers know it by the token they share, which it does not tell. */
export const shellOwner = (emitToken: string): string =>
  createHmac("sha256", emitToken).update("shells").digest("hex").slice(0, 24);
