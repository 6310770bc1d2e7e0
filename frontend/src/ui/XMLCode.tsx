import { xml } from "@codemirror/lang-xml";
import CodeMirror, { EditorView, type ReactCodeMirrorRef } from "@uiw/react-codemirror";
import { useMemo, type Ref } from "react";

import { useDark } from "./theme";

interface XMLCodeProps {
  value: string;
  label: string;
  /** Without it, it is for reading. */
  onChange?: (value: string) => void;
  ref?: Ref<ReactCodeMirrorRef>;
}

/** XML with its colours, to read or to change. */
export function XMLCode({ value, label, onChange, ref }: XMLCodeProps) {
  const dark = useDark();
  const extensions = useMemo(() => [xml(), EditorView.lineWrapping, EditorView.contentAttributes.of({ "aria-label": label })], [label]);
  return (
    <CodeMirror
      ref={ref}
      value={value}
      readOnly={onChange === undefined}
      onChange={onChange}
      theme={dark ? "dark" : "light"}
      extensions={extensions}
      indentWithTab={false}
      className="ol-code-view"
    />
  );
}

/** Put the cursor into a line, from 1, and show it. */
export function goToLine(editor: EditorView, line: number): void {
  const at = editor.state.doc.line(Math.min(Math.max(line, 1), editor.state.doc.lines));
  editor.dispatch({ selection: { anchor: at.from, head: at.to }, scrollIntoView: true });
  editor.focus();
}
