import Plus from "lucide-solid/icons/plus";
import X from "lucide-solid/icons/x";
import { Index, Show } from "solid-js";
import { Button, IconButton, TextField } from "../ui/index.ts";
import { resourceMessages } from "./messages.ts";

const texts = resourceMessages.pairs;

export interface Pair {
  name: string;
  /** Null keeps the value that the server stores under this name. */
  value: string | null;
}

export interface PairsFieldProps {
  legend: string;
  noun: string;
  pairs: readonly Pair[];
  onChange: (pairs: Pair[]) => void;
  hint?: string;
  error?: string;
}

/** Pairs of name and value, such as variables or headers. Values are masked. */
export function PairsField(props: PairsFieldProps) {
  const change = (at: number, fields: Partial<Pair>) =>
    props.onChange(props.pairs.map((pair, index) => (index === at ? { ...pair, ...fields } : pair)));
  return (
    <fieldset class="pairs">
      <legend class="field-label">{props.legend}</legend>
      <Index each={props.pairs}>
        {(pair, index) => (
          <div class="pairs-row">
            <TextField
              label={texts.name(props.noun, index + 1)}
              labelHidden
              placeholder={texts.namePlaceholder}
              mono
              value={pair().name}
              // A stored value belongs to its name: a new name needs a new value.
              onInput={(name) => change(index, { name, value: pair().value ?? "" })}
            />
            <TextField
              label={texts.value(props.noun, index + 1)}
              labelHidden
              placeholder={pair().value === null ? texts.keepsValue : texts.valuePlaceholder}
              mono
              type="password"
              autocomplete="new-password"
              value={pair().value ?? ""}
              onInput={(value) => change(index, { value })}
            />
            <IconButton
              label={texts.remove(props.noun, index + 1)}
              icon={<X size={14} />}
              onClick={() => props.onChange(props.pairs.filter((_, at) => at !== index))}
            />
          </div>
        )}
      </Index>
      <div>
        <Button
          size="sm"
          icon={<Plus size={13} />}
          onClick={() => props.onChange([...props.pairs, { name: "", value: "" }])}
        >
          {texts.add(props.noun)}
        </Button>
      </div>
      <Show when={props.error ?? props.hint}>
        <div class={props.error ? "field-error" : "field-hint"}>{props.error ?? props.hint}</div>
      </Show>
    </fieldset>
  );
}
