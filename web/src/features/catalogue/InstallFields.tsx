import { For, Show } from "solid-js";
import type { CatalogueDetail, PublishChoice } from "../../../../shared/protocol/catalogue.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { DraftNotice } from "../../ui/DraftNotice.tsx";
import { Card, Checkbox, Segmented, Select, TextField } from "../../ui/index.ts";
import type { InstallForm } from "./install-form.ts";
import { formMessages as texts } from "./messages.ts";

const publishOptions: readonly { value: PublishChoice; label: string }[] = (["local", "public"] as const).map(
  (value) => ({
    value,
    label: texts.publish[value],
  }),
);

/** The form of an entry, with a field for each of its prompts and ports. */
export function InstallFields(props: { entry: CatalogueDetail; networks: readonly string[]; form: InstallForm }) {
  const { fields, set, problem } = props.form;
  const hasSecrets = () => props.entry.questions.some(({ secret }) => secret);
  const networkOptions = () => [
    { value: "bridge", label: texts.defaultNetwork },
    { value: "own", label: texts.newNetwork },
    ...props.networks.map((name) => ({ value: `existing:${name}`, label: visibleName(name) })),
  ];
  return (
    <>
      <DraftNotice draft={props.form.draft} without={hasSecrets() ? texts.draftWithout : undefined} />
      <Card title={texts.container}>
        <div class="form">
          <TextField
            label={texts.name}
            value={fields.name}
            onInput={(name) => set("name", name)}
            error={problem("name")}
            hint={texts.nameHint}
            maxLength={63}
            mono
          />
          <Select
            label={texts.version}
            value={fields.tag}
            options={props.entry.tags.map(({ tag, note }) => ({ value: tag, label: note ? `${tag} – ${note}` : tag }))}
            onChange={(tag) => set("tag", tag)}
          />
          <For each={props.entry.questions}>
            {(question) => (
              <TextField
                label={question.label}
                value={fields.answers[question.variable] ?? ""}
                onInput={(text) => set("answers", question.variable, text)}
                type={question.secret ? "password" : "text"}
                autocomplete={question.secret ? "new-password" : "off"}
                error={problem(`answers.${question.variable}`)}
                hint={question.hint ?? question.variable}
                maxLength={1000}
              />
            )}
          </For>
          <Show when={props.entry.generated.length > 0}>
            <p class="field-hint">
              {texts.generated(props.entry.generated.map(({ variable }) => variable).join(", "))}
            </p>
          </Show>
        </div>
      </Card>
      <Show when={props.entry.ports.length > 0}>
        <Card title={texts.ports}>
          <div class="form">
            <div class="field">
              <span class="field-label">{texts.listenOn}</span>
              <Segmented
                label={texts.listenOn}
                options={publishOptions}
                value={fields.publish}
                onChange={(publish) => set("publish", publish)}
              />
            </div>
            <For each={props.entry.ports}>{(port) => <PortField port={port} form={props.form} />}</For>
          </div>
        </Card>
      </Show>
      <Card title={texts.limits}>
        <div class="form">
          <TextField
            label={texts.memoryLimit}
            value={fields.memory}
            onInput={(memory) => set("memory", memory.replaceAll(/\D/g, ""))}
            inputMode="numeric"
            placeholder={texts.noLimit}
            error={problem("memory")}
            hint={texts.memoryLimitHint(props.entry.memory)}
            maxLength={7}
          />
          <Select
            label={texts.network}
            value={fields.network}
            options={networkOptions()}
            onChange={(network) => set("network", network)}
          />
          <Show when={problem("network")}>
            <p class="field-error">{problem("network")}</p>
          </Show>
          <Show when={fields.reuseVolumes || problem("volumes")}>
            <Checkbox
              label={texts.reuseVolumes}
              checked={fields.reuseVolumes}
              onChange={(reuse) => set("reuseVolumes", reuse)}
              hint={texts.reuseVolumesHint}
            />
          </Show>
        </div>
      </Card>
    </>
  );
}

function PortField(props: { port: CatalogueDetail["ports"][number]; form: InstallForm }) {
  const { fields, set, problem, preview } = props.form;
  const offered = () => preview()?.ports.find(({ id }) => id === props.port.id)?.hostPort ?? props.port.suggested;
  const chosen = () => fields.hostPorts[props.port.id];
  const published = () => chosen() !== null;
  return (
    <div class="catalogue-port">
      <TextField
        label={texts.portLabel(props.port.label, props.port.container, props.port.protocol)}
        value={published() ? String(chosen() ?? offered()) : ""}
        onInput={(text) => {
          const port = Number(text.replaceAll(/\D/g, ""));
          if (port >= 1 && port <= 65_535) set("hostPorts", props.port.id, port);
        }}
        inputMode="numeric"
        disabled={!published()}
        placeholder={texts.notPublished}
        error={problem(`hostPorts.${props.port.id}`)}
        maxLength={5}
        mono
      />
      <Checkbox
        label={texts.publishPort}
        checked={published()}
        onChange={(yes) => set("hostPorts", props.port.id, yes ? (undefined as never) : null)}
      />
    </div>
  );
}
