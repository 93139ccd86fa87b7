// Owns the editor that takes the place of a textarea: CodeMirror with what JSON needs, and nothing else of it.
// Must not know what the JSON is for, nor load before it is needed.
import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  closeCompletion,
  completionKeymap,
  startCompletion,
} from '@codemirror/autocomplete';
import { history, historyKeymap, isolateHistory, standardKeymap } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { bracketMatching, syntaxHighlighting, syntaxTree, syntaxTreeAvailable } from '@codemirror/language';
import { Compartment, EditorState } from '@codemirror/state';
import { Decoration, EditorView, keymap, ViewPlugin } from '@codemirror/view';
import { classHighlighter } from '@lezer/highlight';
import { offersIn } from './json_offers.js';

export class JsonEditor {
  #attributes = new Compartment();
  #view;

  /** @param {{ parent: Element, text: string, schema: () => any, changed: (text: string) => void }} what */
  constructor({ parent, text, schema, changed }) {
    this.#view = new EditorView({
      parent,
      doc: text,
      extensions: [
        json(),
        syntaxHighlighting(classHighlighter),
        bracketMatching(),
        closeBrackets(),
        history(),
        firstMistake,
        ownReplacing,
        // Enter in the middle of a string is for the list, however soon it comes.
        autocompletion({ override: [completion(schema)], icons: false, defaultKeymap: false, interactionDelay: 0 }),
        // Tab has no part here: it leads on, as from any field.
        keymap.of([
          { key: 'Mod-Enter', run: () => true }, // calls the tool: no new line
          { key: 'Escape', run: closeCompletion, stopPropagation: true }, // stops no call
          ...completionKeymap,
          ...closeBracketsKeymap,
          ...historyKeymap,
          ...standardKeymap,
        ]),
        EditorState.tabSize.of(2),
        EditorView.lineWrapping,
        this.#attributes.of([]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) changed(update.state.doc.toString());
        }),
      ],
    });
  }

  /** Makes the text this one: only what differs is changed, so that the caret stays. It is undone by itself. @param {string} given */
  show(given) {
    const text = given.replace(/\r\n?/g, '\n');
    const shown = this.#view.state.doc.toString();
    if (text === shown) return;
    const most = Math.min(text.length, shown.length);
    let start = 0;
    while (start < most && text[start] === shown[start]) start += 1;
    let end = 0;
    while (end < most - start && text.at(-1 - end) === shown.at(-1 - end)) end += 1;
    this.#view.dispatch({
      changes: { from: start, to: shown.length - end, insert: text.slice(start, text.length - end) },
      annotations: isolateHistory.of('full'),
    });
  }

  /** @param {Record<string, string>} attributes of the element that has the focus */
  describe(attributes) {
    const described = EditorView.contentAttributes.of(attributes);
    this.#view.dispatch({ effects: this.#attributes.reconfigure(described) });
  }

  /** @param {number} anchor @param {number} head */
  select(anchor, head) {
    this.#view.dispatch({ selection: { anchor, head }, scrollIntoView: true });
  }

  focus() {
    this.#view.focus();
  }

  close() {
    this.#view.destroy();
  }
}

/**
 * What is written over a selection, or in several lines, the browser would put together with inline styles, which the policy
 * forbids: the editor writes it instead.
 */
const ownReplacing = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { data: text, inputType, cancelable } = event;
    const range = document.getSelection()?.getRangeAt(0);
    if (inputType !== 'insertText' || !cancelable || !range || text === null) return false;
    if (range.collapsed && !text.includes('\n')) return false;
    const from = view.posAtDOM(range.startContainer, range.startOffset);
    const to = view.posAtDOM(range.endContainer, range.endOffset);
    const insert = view.state.toText(text);
    const writing = () =>
      view.state.update({
        changes: { from, to, insert },
        selection: { anchor: from + insert.length },
        scrollIntoView: true,
        userEvent: 'input.type',
      });
    const handlers = view.state.facet(EditorView.inputHandler);
    if (!handlers.some((handle) => handle(view, from, to, text, writing))) view.dispatch(writing());
    return true;
  },
});

/** @param {() => any} schema @returns {import('@codemirror/autocomplete').CompletionSource} */
const completion = (schema) => (context) => {
  const { from, to, quoted, offers } = offersIn(schema(), context.state.doc.toString(), context.pos);
  if (from === to && !context.explicit) return null;
  const options = offers.map(({ label, detail, info }, index) => ({
    ...{ label, detail, sortText: String(index).padStart(4, '0') },
    ...(info && { info }),
    apply: (/** @type {EditorView} */ view) => take(view, schema(), label),
  }));
  return { from: quoted ? from + 1 : from, options, validFor: /^[^"]*$/ };
};

/** Writes what is offered for this label at the caret, in place of what is written there. @param {EditorView} view @param {any} schema @param {string} label */
function take(view, schema, label) {
  const { state } = view;
  const { from, to, offers } = offersIn(schema, state.doc.toString(), state.selection.main.head);
  const taken = offers.find((offer) => offer.label === label);
  if (!taken) return;
  const [anchor, head] = taken.select;
  view.dispatch({
    changes: { from, to, insert: taken.text },
    selection: { anchor: from + anchor, head: from + head },
    scrollIntoView: true,
    userEvent: 'input.complete',
  });
  if (taken.goesOn) startCompletion(view);
}

const wrong = Decoration.mark({ class: 'json-wrong' });

/** Marks where the text stops being JSON; what is wrong there stands below the field. */
const firstMistake = ViewPlugin.define(
  (view) => ({
    marks: mistakes(view.state),
    update({ state, startState }) {
      if (syntaxTree(state) !== syntaxTree(startState)) this.marks = mistakes(state);
    },
  }),
  { decorations: ({ marks }) => marks },
);

/** @param {EditorState} state */
function mistakes(state) {
  /** @type {{ from: number, to: number } | undefined} */
  let first;
  syntaxTree(state).iterate({
    enter({ type, from, to }) {
      if (type.isError) first ??= { from, to };
      return first === undefined;
    },
  });
  if (!first || !syntaxTreeAvailable(state)) return Decoration.none;
  // Where something is missing it is what stands before.
  const end = first.to > first.from ? first.to : state.sliceDoc(0, first.from).trimEnd().length;
  const start = first.to > first.from ? first.from : end - 1;
  return start < 0 ? Decoration.none : Decoration.set(wrong.range(start, end));
}
