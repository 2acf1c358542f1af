import type { EditorView } from "@codemirror/view";
import type { Finding } from "../../../../../shared/protocol/stack.ts";
import CodeEditor from "../../files/editor/CodeEditor.tsx";
import "../../files/files.css";
import { composeLanguage, offsetOf } from "./compose-language.ts";

export interface ComposeEditorProps {
  label: string;
  value: string;
  readOnly: boolean;
  onChange: (value: string) => void;
  onSave: () => void;
  /** Findings of a text. */
  check: (text: string) => Promise<readonly Finding[]>;
  /** Receives a function that moves the cursor to a finding. */
  onReady?: (show: (finding: Finding) => void) => void;
}

/** The editor of a compose file. Loaded on demand. */
export default function ComposeEditor(props: ComposeEditorProps) {
  const ready = (view: EditorView) =>
    props.onReady?.((finding) => {
      const at = offsetOf(view.state.doc, finding.line, finding.column);
      view.dispatch({ selection: { anchor: at }, scrollIntoView: true });
      view.focus();
    });
  return (
    <CodeEditor
      label={props.label}
      fileName="compose.yaml"
      value={props.value}
      readOnly={props.readOnly}
      onChange={props.onChange}
      onSave={props.onSave}
      extension={composeLanguage((text) => props.check(text))}
      onReady={ready}
    />
  );
}
