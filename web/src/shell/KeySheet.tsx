import { For, Show } from "solid-js";
import { boundKeys, letterKeys, setLetterKeys } from "../lib/keys/key-layers.ts";
import { setKeySheetOpen } from "../lib/keys/key-sheet.ts";
import { type KeyContext, type KeyName, keyTable, keyText, pageKeys } from "../lib/keys/key-table.ts";
import { isMac } from "../lib/keys/platform.ts";
import { useSession } from "../lib/session.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { Checkbox } from "../ui/fields.tsx";
import { keyMessages } from "./messages.ts";
import { mayOpen, navigation } from "./navigation.tsx";

interface KeyLine {
  keys: readonly string[];
  label: string;
}

/** The keys that work on the page at the moment, by context, and the switch for those of a single character. */
export default function KeySheet() {
  const session = useSession();
  const names = Object.keys(keyTable) as KeyName[];
  const isShown = (context: KeyContext) =>
    names.some((name) => boundKeys().has(name) && keyTable[name].context === context);
  const linesOf = (context: KeyContext): KeyLine[] =>
    names
      .filter((name) => keyTable[name].context === context && (name !== "close" || boundKeys().has(name)))
      .map((name) => keyTable[name]);
  const pages = (): KeyLine[] =>
    navigation
      .flatMap(({ items }) => items)
      .filter((item) => mayOpen(session, item) && pageKeys[item.href])
      .map(({ href, label }) => ({ keys: [`g ${pageKeys[href]}`], label }));
  const sections = (): [title: string, lines: KeyLine[]][] => [
    ...(["log", "list"] as const)
      .filter(isShown)
      .map((context): [string, KeyLine[]] => [keyMessages.contexts[context], linesOf(context)]),
    [keyMessages.contexts.everywhere, linesOf("everywhere")],
    [keyMessages.pages, pages()],
  ];
  return (
    <Dialog open wide title={keyMessages.title} onClose={() => setKeySheetOpen(false)}>
      <Checkbox
        label={keyMessages.letterKeys}
        hint={keyMessages.letterKeysHint}
        checked={letterKeys()}
        onChange={setLetterKeys}
      />
      <div class="key-sheet">
        <For each={sections()}>
          {([title, lines]) => (
            <section>
              <h3>{title}</h3>
              <dl>
                <For each={lines}>{(line) => <Line {...line} />}</For>
              </dl>
            </section>
          )}
        </For>
      </div>
    </Dialog>
  );
}

function Line(props: KeyLine) {
  return (
    <div>
      <dt>
        <For each={props.keys}>
          {(key, index) => (
            <>
              <Show when={index() > 0}>{keyMessages.or}</Show>
              <kbd class="kbd">{keyText(key, isMac())}</kbd>
            </>
          )}
        </For>
      </dt>
      <dd>{props.label}</dd>
    </div>
  );
}
