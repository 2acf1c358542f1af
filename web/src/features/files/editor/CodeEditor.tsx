import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { createEffect, on, onCleanup, onMount } from "solid-js";
import { editorMessages } from "../messages.ts";
import { languageOf } from "./editor-language.ts";
import { exactText, keepLineEnds, replaceText } from "./editor-line-ends.ts";

export interface CodeEditorProps {
  label: string;
  /** Determines the syntax highlighting. */
  fileName: string;
  /** The exact text, with its line ends and byte order mark, as `onChange` receives it. */
  value: string;
  readOnly: boolean;
  onChange: (value: string) => void;
  onSave: () => void;
  /** Line to show, from 1; beyond the end, the last one. */
  line?: number | undefined;
  /** A line number was clicked. */
  onLine?: (line: number) => void;
  /** Additional editor features; read once, at creation. */
  extension?: Extension;
  onReady?: (view: EditorView) => void;
}

const editorTheme = EditorView.theme({
  "&": { height: "100%", color: "var(--text)", backgroundColor: "transparent", fontSize: "12.5px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6", fontVariantLigatures: "none" },
  "&.cm-focused": { outline: "none" },
  ".cm-content": { caretColor: "var(--accent)", padding: "8px 0" },
  ".cm-cursor": { borderLeftColor: "var(--accent)", borderLeftWidth: "2px" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--text-3)", border: "none", paddingRight: "6px" },
  ".cm-activeLine": { backgroundColor: "var(--hover)" },
  ".cm-activeLineGutter": { backgroundColor: "transparent", color: "var(--text)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--accent-soft)",
  },
  ".cm-selectionMatch, .cm-searchMatch": { backgroundColor: "var(--warn-soft)" },
  ".cm-searchMatch-selected": { backgroundColor: "var(--accent-soft)", outline: "1px solid var(--accent)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--press)" },
  ".cm-panels": { backgroundColor: "var(--surface)", color: "var(--text)", borderColor: "var(--line)" },
  ".cm-panels.cm-panels-top": { borderBottom: "1px solid var(--line)" },
  ".cm-textfield": {
    backgroundColor: "var(--bg)",
    border: "1px solid var(--field-line)",
    borderRadius: "var(--radius-s)",
    font: "inherit",
  },
  ".cm-button": {
    backgroundImage: "none",
    backgroundColor: "var(--raised)",
    border: "1px solid var(--line-strong)",
    borderRadius: "var(--radius-s)",
    font: "inherit",
  },
  ".cm-specialChar": { color: "var(--bad)" },
});

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: "var(--code-keyword)" },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: "var(--code-number)" },
  { tag: [tags.comment, tags.meta], color: "var(--text-3)", fontStyle: "italic" },
  { tag: [tags.propertyName, tags.attributeName, tags.labelName], color: "var(--code-name)" },
  { tag: [tags.typeName, tags.className, tags.tagName, tags.namespace], color: "var(--code-type)" },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], color: "var(--code-function)" },
  { tag: tags.heading, fontWeight: "650" },
  { tag: tags.emphasis, fontStyle: "italic" },
  { tag: tags.strong, fontWeight: "650" },
  { tag: [tags.link, tags.url], color: "var(--accent)", textDecoration: "underline" },
  { tag: tags.invalid, color: "var(--bad)" },
]);

/** Time in which Tab leaves the editor after Escape. */
const LEAVE_MS = 2_000;

/** A text editor with syntax highlighting. Loaded on demand: the library is larger than the rest of the page. */
export default function CodeEditor(props: CodeEditorProps) {
  let host: HTMLDivElement | undefined;
  let view: EditorView | undefined;
  const language = new Compartment();
  const editable = new Compartment();

  const save = () => {
    props.onSave();
    return true;
  };

  let leavesUntil = 0;
  /** After Escape, Tab leaves the editor instead of indenting. A second Escape is for the dialog around it. */
  const prepareToLeave = () => {
    if (performance.now() < leavesUntil) return false;
    leavesUntil = performance.now() + LEAVE_MS;
    view?.setTabFocusMode(LEAVE_MS);
    return true;
  };

  onMount(() => {
    if (!host) return;
    // The editor adds style rules at run time. In a shadow root they are adopted style sheets, which the page's content
    // security policy allows; in the document they would be an inline style element, which it forbids.
    const root = host.attachShadow({ mode: "open" });
    const parent = document.createElement("div");
    parent.style.height = "100%";
    root.append(parent);
    const { doc, extension } = keepLineEnds(props.value);
    view = new EditorView({
      root,
      parent,
      state: EditorState.create({
        doc,
        extensions: [
          extension,
          lineNumbers({
            domEventHandlers: {
              click: (clicked, block) => {
                props.onLine?.(clicked.state.doc.lineAt(block.from).number);
                return true;
              },
            },
          }),
          history(),
          drawSelection(),
          highlightActiveLine(),
          highlightActiveLineGutter(),
          highlightSpecialChars(),
          highlightSelectionMatches(),
          indentOnInput(),
          bracketMatching(),
          search({ top: true }),
          syntaxHighlighting(colours),
          editorTheme,
          language.of([]),
          editable.of([]),
          props.extension ?? [],
          EditorView.contentAttributes.of({
            "aria-label": props.label,
            "aria-description": editorMessages.leaveByKeys,
          }),
          keymap.of([
            { key: "Mod-s", preventDefault: true, run: save },
            ...searchKeymap,
            ...historyKeymap,
            ...defaultKeymap,
            indentWithTab,
            { key: "Escape", run: prepareToLeave },
          ]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) props.onChange(exactText(update.state));
          }),
        ],
      }),
    });
    props.onReady?.(view);
  });
  onCleanup(() => view?.destroy());
  createEffect(
    on(
      () => props.line,
      (line, before) => {
        if (!view || line === undefined) return;
        const { from } = view.state.doc.line(Math.min(line, view.state.doc.lines));
        const y = before === undefined ? "center" : "nearest";
        view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y }) });
      },
    ),
  );

  createEffect(
    on(
      () => props.value,
      (value) => {
        if (view && value !== exactText(view.state)) view.dispatch(replaceText(view.state, value));
      },
    ),
  );
  createEffect(() => {
    const readOnly = props.readOnly;
    view?.dispatch({ effects: editable.reconfigure(readOnly ? EditorState.readOnly.of(true) : []) });
  });
  createEffect(() => {
    let ended = false;
    onCleanup(() => {
      ended = true;
    });
    void languageOf(props.fileName)
      .catch(() => undefined)
      .then((extension) => {
        if (!ended && extension) view?.dispatch({ effects: language.reconfigure(extension) });
      });
  });

  return <div class="code-editor" ref={host} />;
}
