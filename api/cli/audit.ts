import process from "node:process";
import { openState, print, runTool } from "./state.ts";

await runTool(async () => {
  if (process.argv[2] !== "verify" || process.argv.length > 3) {
    throw new Error("Usage: npm run audit -- verify");
  }
  const state = openState();
  try {
    const verdict = await state.trail.verify();
    if (!verdict.intact) throw new Error(`BROKEN at ${verdict.file}, line ${verdict.line}: ${verdict.reason}.`);
    const range = verdict.lines === 0 ? "" : ` (${verdict.firstSequence} to ${verdict.lastSequence})`;
    print(`The audit trail is intact: ${verdict.lines} entries${range}.`);
  } finally {
    state.close();
  }
});
