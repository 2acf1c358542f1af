import { createEffect, createMemo, createSignal, on, onCleanup } from "solid-js";
import { namesSecret } from "../../../../shared/logs/masking.ts";
import type {
  CatalogueDetail,
  InstallPreview,
  InstallRequest,
  PublishChoice,
} from "../../../../shared/protocol/catalogue.ts";
import { catalogue } from "../../lib/api/catalogue.ts";
import { toReport } from "../../lib/api.ts";
import { createFormDraft } from "../../lib/form-draft.ts";
import { formMessages } from "./messages.ts";

/** Delay between the last key and the next preview. */
const PREVIEW_DELAY_MS = 300;

interface Fields {
  name: string;
  tag: string;
  answers: Record<string, string>;
  /** Only ports that the user changed: the server suggests a free one for the others. */
  hostPorts: Record<string, number | null>;
  publish: PublishChoice;
  /** MiB as typed; empty for no limit. */
  memory: string;
  /** `bridge`, `own`, or `existing:<name>`. */
  network: string;
  reuseVolumes: boolean;
}

/** The fields of an installation, and the server's preview of the result. */
export function createInstallForm(entry: CatalogueDetail) {
  const initial: Fields = {
    name: freeName(entry),
    tag: entry.tags[0]?.tag ?? "",
    answers: Object.fromEntries(entry.questions.map((question) => [question.variable, question.default])),
    hostPorts: {},
    publish: "local",
    memory: "",
    network: "bridge",
    reuseVolumes: false,
  };
  const draft = createFormDraft<Fields>(`install:${entry.id}`, initial, {
    keep: (now) => keepFields(entry, now),
    restore: (kept) => restoreFields(entry, kept, initial),
  });
  const { fields, set: setFields } = draft;
  const [preview, setPreview] = createSignal<InstallPreview>();
  const [refusal, setRefusal] = createSignal<string | null>(null);
  const [looking, setLooking] = createSignal(true);

  const nameFault = createMemo(() =>
    /^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,62}$/.test(fields.name) ? null : formMessages.nameInvalid,
  );
  const request = createMemo(
    (): InstallRequest => ({
      name: fields.name,
      tag: fields.tag,
      answers: { ...fields.answers },
      hostPorts: { ...fields.hostPorts },
      publish: fields.publish,
      reuseVolumes: fields.reuseVolumes,
      memory: fields.memory.trim() === "" ? null : Number(fields.memory),
      network: fields.network.startsWith("existing:")
        ? { kind: "existing", name: fields.network.slice("existing:".length) }
        : { kind: fields.network === "own" ? "own" : "bridge" },
    }),
  );

  async function look(signal?: AbortSignal): Promise<void> {
    try {
      const next = await catalogue.preview(entry.id, request(), signal);
      if (signal?.aborted) return;
      setPreview(next);
      setRefusal(null);
    } catch (error) {
      if (!signal?.aborted) setRefusal(toReport(error));
    } finally {
      if (!signal?.aborted) setLooking(false);
    }
  }
  createEffect(
    on(request, () => {
      setLooking(true);
      if (nameFault()) return void setLooking(false);
      const stop = new AbortController();
      const timer = setTimeout(() => void look(stop.signal), preview() ? PREVIEW_DELAY_MS : 0);
      onCleanup(() => {
        clearTimeout(timer);
        stop.abort();
      });
    }),
  );

  return {
    fields,
    set: setFields,
    draft,
    request,
    preview,
    /** Why there is no preview of the current fields. */
    refusal,
    looking,
    /** The error of a field; null without one. */
    problem: (field: string): string | null => {
      if (field === "name" && nameFault()) return nameFault();
      return preview()?.problems.find((problem) => problem.field === field)?.message ?? null;
    },
    ready: () =>
      !looking() && !nameFault() && refusal() === null && preview() !== undefined && preview()?.problems.length === 0,
    /** Refreshes the preview: the host may have changed. */
    again: () => void look(),
  };
}

export type InstallForm = ReturnType<typeof createInstallForm>;

/** Answers that are not secret, by their entry and by their names. */
const plainAnswers = ({ questions }: CatalogueDetail, answers: Fields["answers"]): Fields["answers"] =>
  Object.fromEntries(
    questions
      .filter(({ secret, variable }) => !secret && !namesSecret(variable))
      .flatMap(({ variable }) => (typeof answers[variable] === "string" ? [[variable, answers[variable]]] : [])),
  );

function keepFields(entry: CatalogueDetail, fields: Fields): Partial<Fields> {
  const { name, tag, answers, hostPorts, publish, memory, network, reuseVolumes } = fields;
  const limits = { memory, network, reuseVolumes };
  return { name, tag, answers: plainAnswers(entry, answers), hostPorts: { ...hostPorts }, publish, ...limits };
}

/** Restores a draft. A choice that the entry no longer offers keeps its default. */
function restoreFields(
  entry: CatalogueDetail,
  { answers = {}, hostPorts = {}, tag, publish, ...kept }: Partial<Fields>,
  initial: Fields,
): Partial<Fields> {
  const ports = entry.ports.flatMap(({ id }): [string, number | null][] => {
    const port = hostPorts[id];
    return port === null || typeof port === "number" ? [[id, port]] : [];
  });
  return {
    ...kept,
    ...(entry.tags.some((offered) => offered.tag === tag) && { tag }),
    ...((publish === "local" || publish === "public") && { publish }),
    answers: { ...initial.answers, ...plainAnswers(entry, answers) },
    hostPorts: Object.fromEntries(ports),
  };
}

function freeName({ id, installed }: CatalogueDetail): string {
  const taken = new Set((installed ?? []).map(({ name }) => name));
  if (!taken.has(id)) return id;
  let count = 2;
  while (taken.has(`${id}-${count}`)) count += 1;
  return `${id}-${count}`;
}
