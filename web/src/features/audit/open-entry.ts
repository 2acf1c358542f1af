import { type Accessor, createEffect, createMemo, createSignal, on, onCleanup } from "solid-js";
import type { AuditEntry } from "../../../../shared/protocol/account.ts";
import { api } from "../../lib/api.ts";
import { createTitle, joinTitle } from "../../lib/page-title.ts";
import { createAddressName } from "../../resource/address-value.ts";
import { toast } from "../../ui/index.ts";
import { auditMessages as texts } from "./messages.ts";

/** The entry that the address names, by its number: one of those loaded, or fetched by itself. */
export function createOpenEntry(loaded: Accessor<readonly AuditEntry[]>) {
  const [name, setName] = createAddressName("entry");
  const sequence = createMemo(() => (/^\d{1,15}$/.test(name() ?? "") ? Number(name()) : null));
  const [fetched, setFetched] = createSignal<AuditEntry>();
  const opened = createMemo(() =>
    [...loaded(), fetched()].find((entry) => entry !== undefined && entry.sequence === sequence()),
  );
  createEffect(
    on(sequence, (wanted) => {
      if (wanted === null || loaded().some((entry) => entry.sequence === wanted)) return;
      const abort = new AbortController();
      onCleanup(() => abort.abort());
      api.audit.list({ before: wanted + 1, limit: 1 }, abort.signal).then(
        ({ entries: [entry] }) => {
          if (entry?.sequence === wanted) setFetched(entry);
          else toast.info(texts.noEntry(wanted));
        },
        (error) => abort.signal.aborted || toast.error(error),
      );
    }),
  );
  createTitle(() => {
    const entry = opened();
    return entry && joinTitle(texts.entry(entry.sequence), texts.title);
  });
  return { opened, open: (next: number | null) => setName(next === null ? null : String(next)) };
}
