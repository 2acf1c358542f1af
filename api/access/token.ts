import { createHash, randomBytes } from "node:crypto";

/** 256 random bits as 43 characters that need no quoting anywhere. */
export const newToken = (): string => randomBytes(32).toString("base64url");

/** What is stored of a token. A plain hash is enough: nobody guesses 256 bits. */
export const digestOf = (token: string): string => createHash("sha256").update(token).digest("base64url");
