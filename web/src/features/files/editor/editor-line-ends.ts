import { invertedEffects } from "@codemirror/commands";
import {
  type ChangeDesc,
  type EditorState,
  type Extension,
  type Range,
  RangeSet,
  RangeValue,
  StateEffect,
  StateField,
  type TransactionSpec,
} from "@codemirror/state";
import { joinText, type LineEnd, type SplitText, splitText } from "./line-ends.ts";

/** Marks the LF of a line with an unusual line end. Text typed before or after it is not included. */
class OddEnd extends RangeValue {
  override startSide = 1;
  override endSide = -1;
  readonly end: LineEnd;

  constructor(end: LineEnd) {
    super();
    this.end = end;
  }

  override eq(other: RangeValue): boolean {
    return other instanceof OddEnd && other.end === this.end;
  }
}

interface Ends extends Pick<SplitText, "mark" | "end"> {
  odd: RangeSet<OddEnd>;
}

const replaceEnds = StateEffect.define<Ends>();
/** An undo restores a line break with its original line end. */
const restoreEnd = StateEffect.define<{ at: number; end: LineEnd }>({
  map: ({ at, end }, changes: ChangeDesc) => ({ at: changes.mapPos(at), end }),
});

const rangeOf = (at: number, end: LineEnd): Range<OddEnd> => new OddEnd(end).range(at, at + 1);
const toEnds = ({ mark, end, exceptions }: SplitText): Ends => ({
  mark,
  end,
  odd: RangeSet.of([...exceptions].map(([at, odd]) => rangeOf(at, odd))),
});

const endsField = StateField.define<Ends>({
  create: () => toEnds(splitText("")),
  update(ends, transaction) {
    let { odd } = ends;
    if (transaction.docChanged) odd = odd.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (effect.is(replaceEnds)) return effect.value;
      if (effect.is(restoreEnd)) odd = odd.update({ add: [rangeOf(effect.value.at, effect.value.end)] });
    }
    return odd === ends.odd ? ends : { ...ends, odd };
  },
});

const undone = invertedEffects.of(({ changes, effects: done, startState }) => {
  const before = startState.field(endsField);
  if (done.some((effect) => effect.is(replaceEnds))) return [replaceEnds.of(before)];
  const effects: StateEffect<unknown>[] = [];
  const { odd } = before;
  if (odd.size === 0) return effects;
  changes.iterChangedRanges((from, to) => {
    odd.between(from, to, (at, after, { end }) => {
      if (at >= from && after <= to) effects.push(restoreEnd.of({ at, end }));
    });
  });
  return effects;
});

/** Preserves the line ends and the byte order mark of a text, which the editor itself drops. */
export function keepLineEnds(raw: string): { doc: string; extension: Extension } {
  const split = splitText(raw);
  return { doc: split.text, extension: [endsField.init(() => toEnds(split)), undone] };
}

/** The exact text of an editor with preserved line ends. */
export function exactText(state: EditorState): string {
  const { mark, end, odd } = state.field(endsField);
  const exceptions = new Map<number, LineEnd>();
  for (const range = odd.iter(); range.value; range.next()) exceptions.set(range.from, range.value.end);
  return joinText({ mark, end, exceptions, text: state.doc.toString() });
}

/** Replaces the whole text, line ends included. */
export function replaceText(state: EditorState, raw: string): TransactionSpec {
  const split = splitText(raw);
  return {
    changes: { from: 0, to: state.doc.length, insert: split.text },
    effects: replaceEnds.of(toEnds(split)),
  };
}
