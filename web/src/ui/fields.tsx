import Search from "lucide-solid/icons/search";
import { createEffect, createUniqueId, Index, type JSX, Show } from "solid-js";

interface FieldProps {
  label: string;
  /** The label is read aloud but not shown. */
  labelHidden?: boolean;
  hint?: JSX.Element;
  error?: string | null;
}

function Field(props: FieldProps & { id: string; children: JSX.Element }) {
  return (
    <div class="field">
      <label class="field-label" classList={{ "visually-hidden": props.labelHidden }} for={props.id}>
        {props.label}
      </label>
      {props.children}
      <Show when={props.error ?? props.hint}>
        <div id={`${props.id}-note`} class={props.error ? "field-error" : "field-hint"}>
          {props.error ?? props.hint}
        </div>
      </Show>
    </div>
  );
}

const noteOf = (id: string, props: FieldProps) => (props.error || props.hint ? `${id}-note` : undefined);

export interface TextFieldProps extends FieldProps {
  value: string;
  onInput: (value: string) => void;
  type?: "text" | "password" | "url" | "number" | "search" | "date" | "datetime-local";
  name?: string;
  placeholder?: string;
  autocomplete?: string;
  required?: boolean;
  disabled?: boolean;
  /** Takes the focus when it appears, as the first field of a dialog does. */
  focus?: boolean;
  mono?: boolean;
  maxLength?: number;
  inputMode?: "numeric" | "text";
  spellcheck?: boolean;
  /** Lines of a text area; a field of one line if omitted. */
  rows?: number;
  /** A button at the end of the field. */
  end?: JSX.Element;
}

export function TextField(props: TextFieldProps) {
  const id = createUniqueId();
  const focus = (element: HTMLElement) => {
    if (props.focus) queueMicrotask(() => element.focus());
  };
  return (
    <Field {...props} id={id}>
      <Show
        when={props.rows}
        fallback={
          <div class="input-group">
            <input
              ref={focus}
              id={id}
              class="input"
              classList={{ mono: props.mono }}
              type={props.type ?? "text"}
              name={props.name}
              value={props.value}
              placeholder={props.placeholder}
              autocomplete={props.autocomplete ?? "off"}
              required={props.required}
              disabled={props.disabled}
              maxLength={props.maxLength}
              inputMode={props.inputMode}
              spellcheck={props.spellcheck ?? false}
              autocapitalize="off"
              aria-invalid={props.error ? true : undefined}
              aria-describedby={noteOf(id, props)}
              onInput={(event) => props.onInput(event.currentTarget.value)}
            />
            <Show when={props.end}>
              <div class="input-end">{props.end}</div>
            </Show>
          </div>
        }
      >
        <textarea
          ref={focus}
          id={id}
          class="input"
          classList={{ mono: props.mono }}
          name={props.name}
          rows={props.rows}
          value={props.value}
          placeholder={props.placeholder}
          required={props.required}
          disabled={props.disabled}
          maxLength={props.maxLength}
          spellcheck={props.spellcheck ?? false}
          aria-invalid={props.error ? true : undefined}
          aria-describedby={noteOf(id, props)}
          onInput={(event) => props.onInput(event.currentTarget.value)}
        />
      </Show>
    </Field>
  );
}

export interface SelectProps<T extends string> extends FieldProps {
  value: T;
  options: readonly { value: T; label: string }[];
  onChange: (value: T) => void;
  name?: string;
  disabled?: boolean;
  size?: "sm" | "md";
}

/** The browser's own select: it works on phones, by keyboard and with screen readers. */
export function Select<T extends string>(props: SelectProps<T>) {
  const id = createUniqueId();
  let select: HTMLSelectElement | undefined;
  // A choice that its owner did not take is shown until the value or the options are read again.
  createEffect(() => {
    if (select && props.options.some(({ value }) => value === props.value)) select.value = props.value;
  });
  return (
    <Field {...props} id={id}>
      <select
        ref={select}
        id={id}
        class="input"
        classList={{ "input-sm": props.size === "sm" }}
        name={props.name}
        disabled={props.disabled}
        aria-describedby={noteOf(id, props)}
        onChange={(event) => {
          const chosen = props.options.find((option) => option.value === event.currentTarget.value);
          if (chosen) props.onChange(chosen.value);
        }}
      >
        <Index each={props.options}>
          {(option) => (
            <option value={option().value} selected={option().value === props.value}>
              {option().label}
            </option>
          )}
        </Index>
      </select>
    </Field>
  );
}

export function Checkbox(props: {
  label: JSX.Element;
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
  hint?: string;
}) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={props.checked}
        disabled={props.disabled}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
      <span>
        {props.label}
        <Show when={props.hint}>
          <span class="field-hint check-hint">{props.hint}</span>
        </Show>
      </span>
    </label>
  );
}

/** Focuses the first invalid field of a form. */
export function focusInvalid(form: EventTarget | null): void {
  if (!(form instanceof HTMLElement)) return;
  queueMicrotask(() => form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
}

/** A filter field. Escape clears it. */
export function SearchField(props: {
  label: string;
  value: string;
  onInput: (value: string) => void;
  placeholder?: string;
}) {
  return (
    <div class="input-group search">
      <Search size={14} />
      <input
        class="input"
        type="search"
        aria-label={props.label}
        placeholder={props.placeholder ?? props.label}
        value={props.value}
        spellcheck={false}
        autocomplete="off"
        onInput={(event) => props.onInput(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || !props.value) return;
          event.stopPropagation();
          props.onInput("");
        }}
      />
    </div>
  );
}
