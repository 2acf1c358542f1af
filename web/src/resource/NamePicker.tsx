import Check from "lucide-solid/icons/check";
import Plus from "lucide-solid/icons/plus";
import X from "lucide-solid/icons/x";
import { createEffect, createMemo, createSignal, createUniqueId, For, Show } from "solid-js";
import { visibleName } from "../lib/terminal-text.ts";
import { StatusDot } from "../ui/Badge.tsx";
import { IconButton } from "../ui/Button.tsx";
import { resourceMessages } from "./messages.ts";
import type { NameChoice, NameChoices } from "./name-choices.ts";
import { findChoices, matches, SHOWN_CHOICES, typedNames } from "./name-list.ts";

const texts = resourceMessages.picker;

export interface NamePickerProps {
  label: string;
  value: readonly string[];
  onChange: (names: string[]) => void;
  names: NameChoices;
  /** Names that can be chosen at most. */
  max: number;
  /** What no name at all means, such as `all containers`. */
  empty: string;
  hint?: string;
  placeholder?: string;
  /** `*` in a name stands for any characters. */
  patterns?: boolean;
  /** A comma separates names; false where a name may contain one. */
  commas?: boolean;
}

interface Row {
  id: string;
  /** Undefined: adds what is typed. */
  choice: NameChoice | undefined;
}

/**
 * Chooses names among those the panel knows, and takes others that may exist later. A search field with a list: the
 * arrows move in it, Enter chooses, Backspace in the empty field removes the last name.
 */
export function NamePicker(props: NamePickerProps) {
  const id = createUniqueId();
  const [search, setSearch] = createSignal("");
  const [active, setActive] = createSignal(-1);
  /** The text was typed as a name, and not to find one that was then chosen. */
  const [pending, setPending] = createSignal(false);
  const chosen = createMemo(() => new Set(props.value));
  const choices = () => props.names.choices ?? [];
  const commas = () => props.commas ?? true;
  const found = createMemo(() => findChoices(choices(), search()));
  const typed = createMemo(() =>
    typedNames(search(), commas()).filter(
      (name) => !chosen().has(name) && !found().some(({ value }) => value === name),
    ),
  );
  const rows = createMemo((): Row[] => [
    ...found()
      .slice(0, SHOWN_CHOICES)
      .map((choice, index) => ({ id: `${id}-${index}`, choice })),
    ...(typed().length > 0 ? [{ id: `${id}-add`, choice: undefined }] : []),
  ]);
  const full = () => props.value.length >= props.max;
  const add = (names: readonly string[]) => {
    const next = [...new Set([...props.value, ...names])].slice(0, props.max);
    if (next.length > props.value.length) props.onChange(next);
  };
  const remove = (name: string) => props.onChange(props.value.filter((other) => other !== name));
  const addTyped = () => {
    add(typedNames(search(), commas()));
    setSearch("");
    setPending(false);
    setActive(-1);
  };
  const choose = ({ choice }: Row) => {
    if (!choice) return addTyped();
    setPending(false);
    if (chosen().has(choice.value)) remove(choice.value);
    else add([choice.value]);
  };
  const move = (step: number) => {
    const count = rows().length;
    if (count === 0) return;
    setActive((now) => (now < 0 ? (step > 0 ? 0 : count - 1) : (now + step + count) % count));
    document.getElementById(rows()[active()]?.id ?? "")?.scrollIntoView({ block: "nearest" });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    const row = rows()[active()];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") move(event.key === "ArrowDown" ? 1 : -1);
    else if (event.key === "Enter" && row) choose(row);
    else if (event.key === "Enter" && search().trim() !== "") addTyped();
    else if (event.key === "Escape" && search() !== "") {
      setSearch("");
      setPending(false);
      event.stopPropagation();
    } else if (event.key === "Backspace" && search() === "" && props.value.length > 0) {
      remove(props.value.at(-1) ?? "");
    } else return;
    event.preventDefault();
  };
  createEffect(() => {
    if (active() >= rows().length) setActive(-1);
  });

  return (
    <div class="field name-picker">
      <label class="field-label" for={id}>
        {props.label}
      </label>
      <Show when={props.value.length > 0} fallback={<div class="field-hint">{props.empty}</div>}>
        <ul class="name-picker-chosen" aria-label={texts.chosen(props.label)}>
          <For each={props.value}>
            {(name) => <Chosen name={name} picker={props} choices={choices()} onRemove={() => remove(name)} />}
          </For>
        </ul>
      </Show>
      <input
        id={id}
        class="input"
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={rows()[active()]?.id}
        aria-describedby={`${id}-note`}
        placeholder={props.placeholder ?? texts.search}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        value={search()}
        onInput={(event) => {
          setSearch(event.currentTarget.value);
          setPending(true);
          setActive(-1);
        }}
        onPaste={(event) => {
          const text = event.clipboardData?.getData("text") ?? "";
          if (!text.trim().includes("\n")) return;
          event.preventDefault();
          add(typedNames(text, commas()));
        }}
        onKeyDown={onKeyDown}
        // What is typed counts also without Enter: a form is often sent right after it.
        onBlur={() => pending() && search().trim() !== "" && addTyped()}
      />
      <div
        id={`${id}-list`}
        class="name-picker-list"
        role="listbox"
        aria-label={props.label}
        aria-multiselectable="true"
      >
        <For each={rows()}>
          {(row, index) => (
            <Option
              row={row}
              isActive={active() === index()}
              isChosen={row.choice !== undefined && chosen().has(row.choice.value)}
              isDisabled={full() && !(row.choice && chosen().has(row.choice.value))}
              typed={typed()}
              onChoose={() => choose(row)}
            />
          )}
        </For>
      </div>
      <div id={`${id}-note`} class="field-hint" role="status">
        <Show when={!full()} fallback={texts.full(props.max)}>
          <Note names={props.names} found={found().length} hint={props.hint} />
        </Show>
      </div>
    </div>
  );
}

function Note(props: { names: NameChoices; found: number; hint: string | undefined }) {
  return (
    <>
      <Show when={props.names.failed}>{texts.unknown} </Show>
      <Show when={!props.names.failed && props.names.choices === undefined}>{texts.loading} </Show>
      <Show when={props.found > SHOWN_CHOICES}>{texts.more(props.found - SHOWN_CHOICES)} </Show>
      {props.hint}
    </>
  );
}

function Option(props: {
  row: Row;
  isActive: boolean;
  isChosen: boolean;
  isDisabled: boolean;
  typed: readonly string[];
  onChoose: () => void;
}) {
  return (
    // The keys of the list are those of the field that controls it.
    // biome-ignore lint/a11y/useKeyWithClickEvents: see above
    // biome-ignore lint/a11y/useFocusableInteractive: see above
    <div
      id={props.row.id}
      role="option"
      aria-selected={props.isChosen}
      aria-disabled={props.isDisabled}
      class="name-picker-option"
      classList={{ active: props.isActive }}
      // Keeps the focus in the field.
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => !props.isDisabled && props.onChoose()}
    >
      <Show
        when={props.row.choice}
        fallback={
          <>
            <Plus size={14} />
            <span class="truncate">{texts.add(props.typed.map(visibleName).join(", "))}</span>
          </>
        }
      >
        {(choice) => (
          <>
            <span class="name-picker-check">
              <Show when={props.isChosen}>
                <Check size={14} />
              </Show>
            </span>
            <StatusDot tone={choice().tone} />
            <span class="truncate">{visibleName(choice().label ?? choice().value)}</span>
            <span class="faint name-picker-state">
              {choice().state}
              <Show when={choice().project}>{(project) => <>{` · ${visibleName(project())}`}</>}</Show>
            </span>
          </>
        )}
      </Show>
    </div>
  );
}

/** A chosen name, with what it stands for now. A name that is unknown now is no error. */
function Chosen(props: {
  name: string;
  picker: NamePickerProps;
  choices: readonly NameChoice[];
  onRemove: () => void;
}) {
  const label = () => visibleName(props.choices.find(({ value }) => value === props.name)?.label ?? props.name);
  const count = () => matches(props.name, props.choices, props.picker.patterns ?? false);
  const note = () => {
    if (props.picker.names.choices === undefined || props.picker.names.failed) return "";
    if (props.picker.patterns && props.name.includes("*")) return texts.matches(count());
    return count() === 0 ? texts.notThere : "";
  };
  return (
    <li class="name-picker-name">
      <span class="truncate">{label()}</span>
      <Show when={note()}>
        <span class="faint">{note()}</span>
      </Show>
      <IconButton size="sm" label={texts.remove(label())} icon={<X size={13} />} onClick={() => props.onRemove()} />
    </li>
  );
}
