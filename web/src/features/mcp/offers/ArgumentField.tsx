import { createSignal, createUniqueId, For, onCleanup } from "solid-js";
import { visibleName } from "../../../lib/terminal-text.ts";

export interface ArgumentFieldProps {
  label: string;
  hint?: string;
  error?: string | null;
  value: string;
  onInput: (value: string) => void;
  /** Asks the server for suggestions. */
  complete: (value: string, signal: AbortSignal) => Promise<readonly string[]>;
}

/** Time without typing after which suggestions are asked for, in milliseconds. */
const PAUSE_MS = 250;

/** One argument that is text, with the suggestions of the server. */
export function ArgumentField(props: ArgumentFieldProps) {
  const id = createUniqueId();
  const [values, setValues] = createSignal<readonly string[]>([]);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking: AbortController | undefined;
  onCleanup(() => {
    clearTimeout(timer);
    asking?.abort();
  });
  const suggest = (value: string) => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      asking?.abort();
      const asked = new AbortController();
      asking = asked;
      const found = await props.complete(value, asked.signal).catch(() => []);
      if (!asked.signal.aborted) setValues(found);
    }, PAUSE_MS);
  };
  return (
    <div class="field">
      <label class="field-label" for={id}>
        {visibleName(props.label)}
      </label>
      <div class="input-group">
        <input
          id={id}
          class="input"
          list={`${id}-values`}
          value={props.value}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          aria-invalid={props.error ? true : undefined}
          aria-describedby={props.error || props.hint ? `${id}-note` : undefined}
          onFocus={(event) => suggest(event.currentTarget.value)}
          onInput={(event) => {
            props.onInput(event.currentTarget.value);
            suggest(event.currentTarget.value);
          }}
        />
      </div>
      <datalist id={`${id}-values`}>
        <For each={values()}>{(value) => <option value={value} />}</For>
      </datalist>
      <div id={`${id}-note`} class={props.error ? "field-error" : "field-hint"}>
        {props.error ?? props.hint ?? ""}
      </div>
    </div>
  );
}
