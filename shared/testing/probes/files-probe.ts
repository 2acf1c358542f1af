import process from "node:process";
import { text } from "node:stream/consumers";
import { createFileRoot } from "../../files/root/files.ts";
import { createSaveJournal } from "../../files/saving/save-journal.ts";
import { toAppError } from "../../server/errors.ts";
import { silentLog } from "../../server/log.ts";

/** Steps that one user performs with the files of a root. */
export interface FilesProbe {
  root: string;
  saves: string;
  user?: { uid: number; gid: number; groups: number[] };
  umask?: number;
  steps: (
    | { do: "save" | "new" | "upload"; path: string; content: string; allowHardLinks?: boolean }
    | { do: "folder" | "read" | "list" | "remove"; path: string }
    | { do: "choose"; version: "before" | "after" | "keep" }
    | { do: "saves" }
  )[];
}

/** Reads a `FilesProbe` as JSON from stdin, switches to its user and prints the result of each step: an error code or a value. */
const probe = JSON.parse(await text(process.stdin)) as FilesProbe;
const log = silentLog();
const journal = createSaveJournal({ folder: probe.saves, log, maxBytes: 64 * 1024 * 1024 });
const files = createFileRoot({ root: probe.root, log, journal });
if (probe.umask !== undefined) process.umask(probe.umask);
if (probe.user) {
  process.setgroups?.(probe.user.groups);
  process.setgid?.(probe.user.gid);
  process.setuid?.(probe.user.uid);
}

async function take(step: FilesProbe["steps"][number]): Promise<unknown> {
  switch (step.do) {
    case "save": {
      const { etag } = await files.readText(step.path, { anyEncoding: true });
      const { allowHardLinks = false } = step;
      await files.writeText(step.path, step.content, etag, { allowHardLinks });
      return "done";
    }
    case "upload": {
      const { allowHardLinks = false } = step;
      await files.upload(step.path, new Blob([step.content]).stream(), { replace: true, allowHardLinks });
      return "done";
    }
    case "new":
      await files.writeText(step.path, step.content, undefined);
      return "done";
    case "folder":
      await files.makeFolder(step.path);
      return "done";
    case "remove":
      await files.remove(step.path);
      return "done";
    case "read":
      return files.readText(step.path, { anyEncoding: true });
    case "list":
      return files.list(step.path, { limit: 100 });
    case "saves":
      return files.interruptedSaves();
    case "choose": {
      const [save] = await files.interruptedSaves();
      return files.chooseVersion(save?.id ?? "", step.version);
    }
  }
}

const outcomes: unknown[] = [];
for (const step of probe.steps) {
  outcomes.push(await take(step).catch((error: unknown) => toAppError(error).code));
}
process.stdout.write(JSON.stringify(outcomes));
