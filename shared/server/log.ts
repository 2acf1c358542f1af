import { createRequire } from "node:module";
import { type Logger, pino, stdTimeFunctions } from "pino";

export type Log = Logger;

export interface LogOptions {
  level: string;
  /** Writes readable lines for a terminal instead of JSON. */
  readable: boolean;
  service: string;
}

/** Headers and fields whose values are never logged. */
const secretFields = [
  "password",
  "token",
  "secret",
  "authorization",
  "cookie",
  "apiKey",
  "*.password",
  "*.token",
  "*.secret",
  "*.authorization",
  "*.cookie",
  "*.apiKey",
];

export function createLog({ level, readable, service }: LogOptions): Log {
  const options = {
    level,
    base: { service },
    timestamp: stdTimeFunctions.isoTime,
    redact: { paths: secretFields, censor: "[secret]" },
  };
  return readable ? pino(options, prettyStream()) : pino(options);
}

/** Loaded on demand: in production nothing prints readable lines. */
function prettyStream() {
  const pretty: typeof import("pino-pretty") = createRequire(import.meta.url)("pino-pretty");
  return pretty({ colorize: process.stdout.isTTY ?? false, ignore: "pid,hostname,service", sync: true });
}

export const silentLog = (): Log => pino({ level: "silent" });
