import Check from "lucide-solid/icons/check";
import Copy from "lucide-solid/icons/copy";
import { createSignal, onCleanup, Show } from "solid-js";
import { IconButton } from "./Button.tsx";
import { toast } from "./toast.tsx";

/** Puts a text on the clipboard; over plain HTTP from another machine browsers have none, so the text is selected instead. */
export function CopyButton(props: { text: string; label?: string; size?: "sm" | "md" }) {
  const [done, setDone] = createSignal(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(timer));
  const copy = async () => {
    try {
      await copyText(props.text);
      setDone(true);
      clearTimeout(timer);
      timer = setTimeout(() => setDone(false), 1_500);
    } catch {
      toast.error("The browser did not allow copying. Select the text and copy it by hand.");
    }
  };
  return (
    <IconButton
      size={props.size ?? "sm"}
      label={done() ? "Copied" : (props.label ?? "Copy")}
      icon={
        <Show when={done()} fallback={<Copy size={14} />}>
          <Check size={14} />
        </Show>
      }
      onClick={() => void copy()}
    />
  );
}

/** Puts a text on the clipboard; throws where the browser does not allow it. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  if (!copied) throw new Error("copy refused");
}
