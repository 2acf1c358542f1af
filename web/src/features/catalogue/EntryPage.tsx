import { useParams, useSearchParams } from "@solidjs/router";
import { Show } from "solid-js";
import { decodePart } from "../../lib/addresses.ts";
import { EntryView } from "./EntryView.tsx";

export default function EntryPage() {
  const params = useParams<{ id: string }>();
  // In the address, so that a reload does not lose the way to the credentials.
  const [search, setSearch] = useSearchParams<{ job?: string }>();
  return (
    <Show when={decodePart(params.id)} keyed>
      {(id) => <EntryView id={id} jobId={search.job} onJob={(job) => setSearch({ job })} />}
    </Show>
  );
}
