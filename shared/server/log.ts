import { type Logger, pino, stdTimeFunctions } from "pino";
import pretty from "pino-pretty";

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
  return readable
    ? pino(options, pretty({ colorize: process.stdout.isTTY ?? false, ignore: "pid,hostname,service", sync: true }))
    : pino(options);
}

export const silentLog = (): Log => pino({ level: "silent" });
