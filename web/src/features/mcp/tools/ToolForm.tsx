import Plus from "lucide-solid/icons/plus";
import X from "lucide-solid/icons/x";
import { For, Match, Show, Switch } from "solid-js";
import { visibleName } from "../../../lib/terminal-text.ts";
import { Button, Checkbox, IconButton, Select, TextField } from "../../../ui/index.ts";
import { fieldMessages } from "../messages.ts";
import { type FormErrors, type FormValues, initialValues, pathKey, rowsOf } from "./tool-arguments.ts";
import type { ToolField } from "./tool-schema.ts";

export interface ToolFieldsProps {
  fields: readonly ToolField[];
  values: FormValues;
  errors: FormErrors;
  onChange: (key: string, value: string | boolean | string[]) => void;
  parent?: readonly string[];
}

/** The fields of a tool's arguments. All texts in them come from the server and are shown as plain text. */
export function ToolFields(props: ToolFieldsProps) {
  return (
    <For each={props.fields}>
      {(field) => <Field {...props} field={field} path={[...(props.parent ?? []), field.name]} />}
    </For>
  );
}

function Field(props: ToolFieldsProps & { field: ToolField; path: readonly string[] }) {
  const key = () => pathKey(props.path);
  const text = () => {
    const value = props.values[key()];
    return typeof value === "string" ? value : "";
  };
  const label = () => `${visibleName(props.field.label)}${props.field.required ? " *" : ""}`;
  const hint = () => props.field.description ?? undefined;
  const common = () => ({ label: label(), error: props.errors[key()] ?? null });
  const chosen = () => rowsOf(props.values, props.path);
  /** Names of entries are not used again: what was typed in a removed one must not come back. */
  const add = (item: ToolField) => {
    const row = crypto.randomUUID?.() ?? String(Math.random());
    for (const [path, value] of Object.entries(initialValues([{ ...item, name: row }], props.path))) {
      props.onChange(path, value);
    }
    props.onChange(key(), [...chosen(), row]);
  };
  const as = <Kind extends ToolField["kind"]>(kind: Kind) =>
    props.field.kind === kind ? (props.field as Extract<ToolField, { kind: Kind }>) : undefined;
  return (
    <Switch>
      <Match when={as("text")}>
        {(field) => (
          <TextField
            {...common()}
            hint={hint()}
            placeholder={field().placeholder}
            rows={field().multiline ? 3 : undefined}
            value={text()}
            onInput={(value) => props.onChange(key(), value)}
          />
        )}
      </Match>
      <Match when={as("number")}>
        {(field) => (
          <TextField
            {...common()}
            hint={[hint(), rangeText(field())].filter(Boolean).join(" · ") || undefined}
            inputMode="numeric"
            value={text()}
            onInput={(value) => props.onChange(key(), value)}
          />
        )}
      </Match>
      <Match when={as("boolean")}>
        <Checkbox
          label={label()}
          hint={hint()}
          checked={props.values[key()] === true}
          onChange={(checked) => props.onChange(key(), checked)}
        />
      </Match>
      <Match when={as("choice")}>
        {(field) => (
          <Select
            {...common()}
            hint={hint()}
            value={text()}
            options={[
              { value: "", label: "–" },
              ...field().options.map((option) => ({ value: option.key, label: visibleName(option.label) })),
            ]}
            onChange={(value) => props.onChange(key(), value)}
          />
        )}
      </Match>
      <Match when={as("list")}>
        {(field) => (
          <TextField
            {...common()}
            hint={[hint(), field().item === "text" ? fieldMessages.entries : fieldMessages.numbers]
              .filter(Boolean)
              .join(" · ")}
            rows={3}
            mono
            value={listText(props.values[key()])}
            onInput={(value) => props.onChange(key(), value === "" ? [] : value.split("\n"))}
          />
        )}
      </Match>
      <Match when={as("choices")}>
        {(field) => (
          <fieldset class="tool-group">
            <legend class="field-label">{label()}</legend>
            <Show when={props.errors[key()] ?? hint()}>
              {(note) => <p class={props.errors[key()] ? "field-error" : "field-hint"}>{note()}</p>}
            </Show>
            <For each={field().options}>
              {(option) => (
                <Checkbox
                  label={visibleName(option.label)}
                  checked={chosen().includes(option.key)}
                  onChange={(checked) =>
                    props.onChange(
                      key(),
                      checked ? [...chosen(), option.key] : chosen().filter((one) => one !== option.key),
                    )
                  }
                />
              )}
            </For>
          </fieldset>
        )}
      </Match>
      <Match when={as("items")}>
        {(field) => (
          <fieldset class="tool-group">
            <legend class="field-label">{label()}</legend>
            <Show when={props.errors[key()] ?? hint()}>
              {(note) => <p class={props.errors[key()] ? "field-error" : "field-hint"}>{note()}</p>}
            </Show>
            <For each={chosen()}>
              {(row, index) => (
                <div class="tool-row">
                  <ToolFields {...props} fields={[{ ...field().item, name: row }]} parent={props.path} />
                  <IconButton
                    size="sm"
                    label={fieldMessages.remove(visibleName(props.field.label), index() + 1)}
                    icon={<X size={14} />}
                    onClick={() =>
                      props.onChange(
                        key(),
                        chosen().filter((one) => one !== row),
                      )
                    }
                  />
                </div>
              )}
            </For>
            <Show when={chosen().length < field().max}>
              <div>
                <Button size="sm" icon={<Plus size={14} />} onClick={() => add(field().item)}>
                  {fieldMessages.add(visibleName(props.field.label))}
                </Button>
              </div>
            </Show>
          </fieldset>
        )}
      </Match>
      <Match when={as("json")}>
        {(field) => (
          <TextField
            {...common()}
            hint={[hint(), field().hint].filter(Boolean).join(" · ")}
            rows={4}
            mono
            value={text()}
            onInput={(value) => props.onChange(key(), value)}
          />
        )}
      </Match>
      <Match when={as("group")}>
        {(field) => (
          <fieldset class="tool-group">
            <legend class="field-label">{label()}</legend>
            <Show when={hint()}>
              <p class="field-hint">{hint()}</p>
            </Show>
            <ToolFields {...props} fields={field().fields} parent={props.path} />
          </fieldset>
        )}
      </Match>
    </Switch>
  );
}

const listText = (value: string | boolean | string[] | undefined) => (Array.isArray(value) ? value.join("\n") : "");

function rangeText({ min, max }: { min?: number; max?: number }): string {
  if (min !== undefined && max !== undefined) return `${min} to ${max}`;
  if (min !== undefined) return `${min} or more`;
  return max === undefined ? "" : `${max} or less`;
}
