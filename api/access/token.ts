import { createHash, randomBytes } from "node:crypto";

/** 256 random bits as 43 characters that need no escaping in URLs, headers and shells. */
export const newToken = (): string => randomBytes(32).toString("base64url");

/** The stored form of a token. A plain hash is enough for 256 random bits. */
export const digestOf = (token: string): string => createHash("sha256").update(token).digest("base64url");
