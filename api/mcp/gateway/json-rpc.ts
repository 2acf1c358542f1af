import { isObject, type Json } from "../json.ts";

export type RequestId = string | number;

/** A message that is not yet known to be of one kind. */
export interface Message {
  jsonrpc: "2.0";
  id?: RequestId;
  method?: string;
  params?: Json;
  result?: Json;
  error?: { code: number; message: string; data?: unknown };
}

export const errorCodes = {
  parse: -32_700,
  invalidRequest: -32_600,
  methodNotFound: -32_601,
  invalidParams: -32_602,
  internal: -32_603,
  /** Of the implementation: refused or failed for a reason that the message says. */
  refused: -32_000,
  timedOut: -32_001,
  resourceNotFound: -32_002,
} as const;

/** An error for the client, as JSON-RPC. */
export class RpcError extends Error {
  readonly code: number;
  readonly data: unknown;

  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.name = "RpcError";
    this.code = code;
    this.data = data;
  }
}

/** Longest id of a request, in characters. */
const MAX_ID = 256;

/** Whether a value is a request, a notification or a response of JSON-RPC 2.0. */
export function isMessage(value: unknown): value is Message {
  if (!isObject(value) || value.jsonrpc !== "2.0") return false;
  const { id, method, params, result, error } = value;
  const validId = Number.isSafeInteger(id) || (typeof id === "string" && id.length <= MAX_ID);
  if (method !== undefined) {
    if (typeof method !== "string" || (id !== undefined && !validId)) return false;
    return (params === undefined || isObject(params)) && result === undefined && error === undefined;
  }
  if (!validId) return false;
  if (error === undefined) return isObject(result);
  return isObject(error) && Number.isSafeInteger(error.code) && typeof error.message === "string";
}

export const errorMessage = (id: RequestId | null, { code, message, data }: RpcError): Json => ({
  jsonrpc: "2.0",
  id,
  error: data === undefined ? { code, message } : { code, message, data },
});

/** A text parameter. @throws RpcError `invalidParams` */
export function textOf(params: Json | undefined, name: string, maxLength = 2_048): string {
  const value = params?.[name];
  if (typeof value === "string" && value.length <= maxLength) return value;
  throw new RpcError(
    errorCodes.invalidParams,
    `Invalid params: ${name} must be a text of at most ${maxLength} characters.`,
  );
}
