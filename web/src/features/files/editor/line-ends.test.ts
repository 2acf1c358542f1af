import { history, redo, undo } from "@codemirror/commands";
import { EditorState, type Transaction, type TransactionSpec } from "@codemirror/state";
import { describe, expect, it } from "vitest";
import { exactText, keepLineEnds, replaceText } from "./editor-line-ends.ts";
import { joinText, lineEndLabel, splitText } from "./line-ends.ts";

const texts = [
  "",
  "\ufeff",
  "one line",
  "a\nb\n",
  "a\r\nb\r\n",
  "a\rb\r",
  "a\r\nb\nc\r\n\rd\n\n\r\n",
  "\ufeffa\r\n\r\nb",
  "\n\r",
  "progress 1%\rprogress 2%\ndone\n",
];

describe("splitting a text into lines", () => {
  it.each(texts)("gives %j back exactly", (raw) => {
    const split = splitText(raw);
    expect(split.text).not.toMatch(/\r|^\ufeff/);
    expect(joinText(split)).toBe(raw);
  });

  it("names what the lines end with", () => {
    expect(["a\n", "a\r\n", "a\r", "a\r\nb\n", ""].map(lineEndLabel)).toEqual([
      "",
      "CRLF",
      "CR",
      "mixed line ends",
      "",
    ]);
  });
});

describe("an editor that keeps line ends", () => {
  const start = (raw: string) => {
    const { doc, extension } = keepLineEnds(raw);
    let state = EditorState.create({ doc, extensions: [extension, history()] });
    const change = (spec: TransactionSpec) => {
      state = state.update(spec).state;
      return exactText(state);
    };
    const run = (command: typeof undo) => {
      const dispatch = (transaction: Transaction) => {
        state = transaction.state;
      };
      command({ state, dispatch });
      return exactText(state);
    };
    return { text: () => exactText(state), change, run, replace: (to: string) => change(replaceText(state, to)) };
  };
  const insert = (from: number, text: string, to = from): TransactionSpec => ({ changes: { from, to, insert: text } });

  it.each(texts)("holds %j unchanged as long as nothing is typed", (raw) => {
    expect(start(raw).text()).toBe(raw);
  });

  it("ends new lines as the file does, typed or pasted", () => {
    expect(start("a\r\nb\r\n").change(insert(1, "\n+\n"))).toBe("a\r\n+\r\n\r\nb\r\n");
    expect(start("a\rb\r").change(insert(0, "x\n"))).toBe("x\ra\rb\r");
    expect(start("a\r\nb\r\nc\n").change(insert(6, "x\n"))).toBe("a\r\nb\r\nc\nx\r\n");
    expect(start("one").change(insert(3, "\ntwo"))).toBe("one\ntwo");
  });

  it("types behind the byte order mark, never before it", () => {
    expect(start("\ufeffone").change(insert(0, "# "))).toBe("\ufeff# one");
  });

  it("keeps the ends of mixed lines while text is typed at both sides of them", () => {
    const { change } = start("a\nb\r\nc\r\n");
    expect(change(insert(1, "1"))).toBe("a1\nb\r\nc\r\n");
    expect(change(insert(3, "2"))).toBe("a1\n2b\r\nc\r\n");
  });

  it("brings a removed line back with its own end", () => {
    const raw = "a\nb\r\nc\r\nd\re\r\n";
    const { change, run } = start(raw);
    expect(change(insert(0, "", 8))).toBe("e\r\n");
    expect(run(undo)).toBe(raw);
    expect(run(redo)).toBe("e\r\n");
    expect(run(undo)).toBe(raw);
    expect(change(insert(0, "x"))).toBe(`x${raw}`);
    expect(run(undo)).toBe(raw);
  });

  it("takes the ends of a text that replaces all of it", () => {
    const { replace, run } = start("a\r\nb\n");
    expect(replace("\ufeffc\rd\r")).toBe("\ufeffc\rd\r");
    expect(run(undo)).toBe("a\r\nb\n");
  });
});
