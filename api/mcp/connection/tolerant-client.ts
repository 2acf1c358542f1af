import {
  Client,
  INTERNAL_ERROR,
  type JSONRPCErrorResponse,
  type JSONRPCResponse,
  type JsonSchemaType,
  type JsonSchemaValidatorResult,
  SUPPORTED_PROTOCOL_VERSIONS,
} from "@modelcontextprotocol/client";
import { toSingleLine } from "../../../shared/logs/single-line.ts";
import { APP_MIME_TYPE, UI_EXTENSION } from "../../../shared/protocol/mcp-app-limits.ts";
import { isTooDeep } from "./depth.ts";
import { messages } from "./messages.ts";
import type { McpListKind } from "./peer.ts";
import { isCallResult, issuesOf, repairCallResult, repairTools } from "./repair.ts";

const MAX_LIST_PAGES = 20;

export interface TolerantClientOptions {
  mode: "auto" | "legacy";
  probeMs: number;
  onListChanged(kind: McpListKind): void;
}

/**
 * The client of the protocol, which refuses a whole response for one odd tool or part. Responses are repaired piece by piece
 * before it checks them.
 */
export class TolerantClient extends Client {
  /** The fault of the handshake, in one sentence. */
  handshakeProblem: string | undefined;
  #handshaking = true;

  constructor({ mode, probeMs, onListChanged }: TolerantClientOptions) {
    super(
      { name: "ai-desktop", version: "1" },
      {
        // What the server may ask for is answered by a person, in the page of the server.
        capabilities: {
          roots: { listChanged: true },
          sampling: {},
          elicitation: { form: {}, url: {} },
          // Servers offer apps to clients that say that they show them.
          extensions: { [UI_EXTENSION]: { mimeTypes: [APP_MIME_TYPE] } },
        },
        versionNegotiation: { mode, probe: { timeoutMs: probeMs } },
        listMaxPages: MAX_LIST_PAGES,
        // A schema comes from the server: its patterns could block this process. Responses are shown, not trusted.
        jsonSchemaValidator: {
          getValidator:
            <T>(_schema: JsonSchemaType) =>
            (input: unknown) =>
              accepted<T>(input),
        },
        listChanged: {
          tools: { autoRefresh: false, onChanged: () => onListChanged("tools") },
          resources: { autoRefresh: false, onChanged: () => onListChanged("resources") },
          prompts: { autoRefresh: false, onChanged: () => onListChanged("prompts") },
        },
      },
    );
  }

  /** From now on, responses are those of calls. */
  endHandshake(): void {
    this.#handshaking = false;
  }

  protected override _onresponse(response: JSONRPCResponse | JSONRPCErrorResponse): void {
    if (!("result" in response)) super._onresponse(response);
    else if (isTooDeep(response.result)) {
      const { jsonrpc, id } = response;
      super._onresponse({ jsonrpc, id, error: { code: INTERNAL_ERROR, message: messages.response.tooDeep } });
    } else super._onresponse({ ...response, result: this.#read(response.result) });
  }

  #read(result: Record<string, unknown>): Record<string, unknown> {
    if (this.#handshaking) {
      this.handshakeProblem = handshakeProblemOf(result);
      return result;
    }
    const { tools } = result;
    if (Array.isArray(tools)) return repairTools({ ...result, tools });
    return isCallResult(result) ? repairCallResult(result, this.getProtocolEra() === "legacy") : result;
  }
}

function handshakeProblemOf(result: Record<string, unknown>): string | undefined {
  const { protocolVersion } = result;
  if (typeof protocolVersion === "string" && !SUPPORTED_PROTOCOL_VERSIONS.includes(protocolVersion)) {
    const known = SUPPORTED_PROTOCOL_VERSIONS.join(", ");
    return messages.start.unknownRevision(toSingleLine(protocolVersion, 40), known);
  }
  const issues = issuesOf("InitializeResult", result);
  return issues.length === 0 ? undefined : messages.start.invalid(issues);
}

const accepted = <T>(input: unknown): JsonSchemaValidatorResult<T> => ({
  valid: true,
  data: input as T,
  errorMessage: undefined,
});
