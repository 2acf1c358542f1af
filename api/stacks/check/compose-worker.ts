import { answerCalls } from "../../logs/worker/worker-calls.ts";
import { checkComposeText } from "./check.ts";
import { readVerdict } from "./compose-errors.ts";
import { readFileFacts } from "./file-facts.ts";
import type { Surroundings } from "./semantics.ts";

/** Reads compose files in a thread of its own. */
answerCalls({
  check: ({ text, surroundings }: { text: string; surroundings: Surroundings }) => checkComposeText(text, surroundings),
  verdict: ({ lines, text }: { lines: string[]; text: string }) => readVerdict(lines, text),
  facts: ({ texts, env }: { texts: string[] | undefined; env: string }) => readFileFacts(texts, env),
});
