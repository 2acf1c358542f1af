import { A, useNavigate } from "@solidjs/router";
import Download from "lucide-solid/icons/download";
import SearchX from "lucide-solid/icons/search-x";
import { createMemo, createSignal, For, Show } from "solid-js";
import type { CatalogueDetail } from "../../../../shared/protocol/catalogue.ts";
import { catalogue } from "../../lib/api/catalogue.ts";
import { useJob, useJobs } from "../../lib/jobs/jobs.ts";
import { createTitle, joinTitle } from "../../lib/page-title.ts";
import { useServices } from "../../lib/queries.ts";
import { useSession } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { BackLink } from "../../resource/BackLink.tsx";
import { NearNames } from "../../resource/NearNames.tsx";
import { QueryView } from "../../resource/QueryView.tsx";
import { Button, Callout, Card, EmptyState, Facts, Page, Status, toast } from "../../ui/index.ts";
import { categoryLabels } from "./catalogue-labels.ts";
import { useCatalogue, useEntry } from "./catalogue-queries.ts";
import { Glyph } from "./Glyph.tsx";
import { InstallFields } from "./InstallFields.tsx";
import { InstallResult } from "./InstallResult.tsx";
import { createInstallForm } from "./install-form.ts";
import { createInstalled } from "./installed.ts";
import { catalogueMessages, entryMessages, installMessages } from "./messages.ts";
import { PreviewCard } from "./PreviewCard.tsx";
import "./catalogue.css";
import { containerHref, entryHref } from "../../lib/addresses.ts";

export interface EntryViewProps {
  id: string;
  /** An installation of this entry, shown instead of the form. */
  jobId: string | undefined;
  onJob: (id: string | undefined) => void;
}

/** One entry of the catalogue: its description, and the form or the progress of an installation. */
export function EntryView(props: EntryViewProps) {
  const session = useSession();
  const query = useEntry(() => props.id);
  const job = useJob(() => props.jobId);
  createTitle(() => joinTitle(visibleName(query.data?.entry.name ?? props.id), catalogueMessages.title));
  const mayInstall = () => session.may("catalogue:install") && session.principal()?.limits.services === null;
  return (
    <Page
      title={visibleName(query.data?.entry.name ?? props.id)}
      note={
        <Show when={query.data?.entry}>{(entry) => <span class="muted">{categoryLabels[entry().category]}</span>}</Show>
      }
      back={<BackLink href="/catalogue" label={entryMessages.back} />}
    >
      <QueryView query={query} lines={9} gone={<NoSuchEntry id={props.id} />}>
        {(data) => (
          <div class="catalogue-entry">
            <div class="catalogue-column">
              <About entry={data().entry} />
              <Show when={mayInstall() && props.jobId}>
                <Show when={job()} fallback={<Gone onAgain={() => props.onJob(undefined)} />}>
                  {(now) => <InstallResult job={now()} onAgain={() => props.onJob(undefined)} />}
                </Show>
              </Show>
              <Show when={!mayInstall()}>
                <Callout tone="info">{entryMessages.viewOnly}</Callout>
              </Show>
            </div>
            <Show when={mayInstall() && !props.jobId}>
              <Form entry={data().entry} networks={data().networks ?? []} onJob={props.onJob} />
            </Show>
          </div>
        )}
      </QueryView>
    </Page>
  );
}

function NoSuchEntry(props: { id: string }) {
  const all = useCatalogue();
  const navigate = useNavigate();
  return (
    <EmptyState icon={<SearchX size={18} />} title={entryMessages.notFound}>
      {entryMessages.notFoundHint}
      <NearNames
        wanted={props.id}
        names={(all.data ?? []).map(({ id }) => id)}
        onOpen={(id) => navigate(entryHref(id))}
      />
    </EmptyState>
  );
}

function About(props: { entry: CatalogueDetail }) {
  const services = useServices();
  const containers = createMemo(() => createInstalled(services.data?.services ?? [])(props.entry) ?? []);
  const link = (address: string) => (
    <a href={address} target="_blank" rel="noreferrer noopener">
      {address.replace(/^https:\/\//, "")}
    </a>
  );
  return (
    <Card>
      <div class="catalogue-about">
        <Glyph category={props.entry.category} />
        <p>{props.entry.description}</p>
      </div>
      <Facts
        rows={[
          [entryMessages.image, <code>{props.entry.image}</code>],
          [entryMessages.licence, props.entry.licence],
          [entryMessages.homepage, link(props.entry.homepage)],
          [entryMessages.documentation, link(props.entry.documentation)],
          [entryMessages.memory, entryMessages.memoryNeeded(props.entry.memory)],
        ]}
      />
      <Show when={props.entry.notes.length > 0}>
        <ul class="catalogue-notes">
          <For each={props.entry.notes}>{(note) => <li>{note}</li>}</For>
        </ul>
      </Show>
      <Show when={props.entry.installed === null}>
        <Callout tone="warn">{entryMessages.installedUnknown}</Callout>
      </Show>
      <Show when={containers().length > 0}>
        <h3 class="catalogue-category">{entryMessages.installed}</h3>
        <ul class="catalogue-installed">
          <For each={containers()}>
            {({ name, state }) => (
              <li>
                <Status tone={state === "running" ? "ok" : "neutral"}>{visibleName(state)}</Status>
                <A href={containerHref(name)}>{visibleName(name)}</A>
              </li>
            )}
          </For>
        </ul>
      </Show>
    </Card>
  );
}

function Form(props: { entry: CatalogueDetail; networks: readonly string[]; onJob: (id: string) => void }) {
  const jobs = useJobs();
  const form = createInstallForm(props.entry);
  const [busy, setBusy] = createSignal(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!form.ready() || busy()) return;
    setBusy(true);
    try {
      // The installation uses the ports that the preview shows.
      const shown = Object.fromEntries(form.preview()?.ports.map(({ id, hostPort }) => [id, hostPort]) ?? []);
      const started = await catalogue.install(props.entry.id, { ...form.request(), hostPorts: shown });
      jobs.started(started).catch(() => undefined);
      form.draft.drop();
      props.onJob(started.id);
    } catch (error) {
      toast.error(error);
      form.again();
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <form id="install" class="catalogue-column" onSubmit={(event) => void submit(event)}>
        <InstallFields entry={props.entry} networks={props.networks} form={form} />
      </form>
      <div class="catalogue-column catalogue-preview-column">
        <PreviewCard form={form} />
      </div>
      {/* Stays at the lower edge: the form and the preview are longer than most screens. */}
      <div class="catalogue-install">
        <Button
          type="submit"
          form="install"
          variant="primary"
          icon={<Download size={15} />}
          busy={busy()}
          disabled={!form.ready()}
        >
          {entryMessages.install(props.entry.name)}
        </Button>
      </div>
    </>
  );
}

function Gone(props: { onAgain: () => void }) {
  return (
    <Card title={installMessages.title}>
      <div class="form">
        <p class="muted">{installMessages.searching}</p>
        <div>
          <Button onClick={props.onAgain}>{installMessages.back}</Button>
        </div>
      </div>
    </Card>
  );
}
