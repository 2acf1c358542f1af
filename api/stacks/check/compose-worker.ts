import { answerCalls } from "../../worker/worker-calls.ts";
import { parseComposeErrors } from "./compose-errors.ts";
import { readFileFacts } from "./file-facts.ts";
import type { HostContext } from "./semantics.ts";
import { checkComposeText } from "./static-checks.ts";

/** Reads compose files in a thread of its own. */
answerCalls({
  check: ({ text, context }: { text: string; context: HostContext }) => checkComposeText(text, context),
  composeErrors: ({ lines, text }: { lines: string[]; text: string }) => parseComposeErrors(lines, text),
  facts: ({ texts, env }: { texts: string[] | undefined; env: string }) => readFileFacts(texts, env),
});
