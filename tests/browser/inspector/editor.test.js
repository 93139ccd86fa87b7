// The inspector's editor of JSON, as its users have it: colours, completion, marks, the keyboard, and how it takes over from the
// textarea. After each test the page must have complained about nothing, its policy included.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, afterEach, before, describe, test } from 'node:test';
import { fromRoot } from '../../../scripts/lib/repo.js';
import { offersIn } from '../../../web-demo/page/lib/json_offers.js';
import { prettyJson } from '../../../web-demo/page/lib/pretty.js';
import { templateSchema } from '../../../web-demo/page/lib/template_schema.js';
import { eventually, startInspector } from '../../support/inspector.js';

/** @type {Awaited<ReturnType<typeof startInspector>>} */
let inspectors;
/** @type {import('../../support/inspector.js').Inspector} */
let inspector;
/** @type {import('playwright-core').Page} */
let page;

before(async () => {
  // A service worker would answer in place of the routes by which these tests keep the editor from loading.
  inspectors = await startInspector({ serviceWorkers: 'block' });
  inspector = await inspectors.open();
  page = inspector.page;
  await inspector.connect();
});
after(() => inspectors?.close());
afterEach(() => inspector.noComplaints(blocked));

const blocked = /Service Worker registration blocked/;
const args = '#args-json.cm-content';
const template = '#template-json.cm-content';
const press = (/** @type {string[]} */ ...keys) =>
  keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());

/** Chooses a tool, and writes its arguments anew. */
async function write(/** @type {string} */ tool, /** @type {string} */ text) {
  await inspector.choose(tool);
  await page.focus(args);
  await press('Control+a', 'Delete');
  await page.keyboard.type(text);
}

/** Waits until these are offered and no others, and can be taken: while one types fast the list may be an earlier one for a moment. */
const offers = (/** @type {string[]} */ ...names) =>
  eventually(async () => {
    const list = page.locator('.cm-tooltip-autocomplete:not(.cm-tooltip-autocomplete-disabled)');
    assert.deepEqual(await list.locator('.cm-completionLabel').allTextContents(), names);
  });

/** Waits until this is written. @param {'#args-json' | '#template-json'} field @param {string} text */
const isWritten = (text, field = '#args-json', where = inspector) =>
  eventually(async () => assert.equal(await where.written(field), text));

/** Takes what is offered by this name, which need not be the first. */
const take = (/** @type {string} */ name) =>
  page.click(`.cm-tooltip-autocomplete li:has(.cm-completionLabel:text-is("${name}"))`);

describe('what one sees', () => {
  test('names, texts, numbers and words have colours of their own, in light and dark', async () => {
    await write('search_docs', '{"query": "x", "limit": 1, "more": true');
    const colours = async () => {
      const of = (/** @type {string} */ kind) =>
        page.locator(`${args} .tok-${kind} >> nth=0`).evaluate((token) => getComputedStyle(token).color);
      return Promise.all(['propertyName', 'string', 'number', 'bool', 'punctuation'].map(of));
    };
    await page.selectOption('.theme select', 'light');
    const light = await colours();
    assert.equal(new Set(light).size, 5, light.join());
    await page.selectOption('.theme select', 'dark');
    const dark = await colours();
    assert.equal(new Set([...light, ...dark]).size, 10, dark.join());
    await page.selectOption('.theme select', '');
  });

  test('the bracket that belongs to the one at the caret', async () => {
    await write('search_docs', '{"a": [1]}');
    await press('ArrowLeft');
    const marked = page.locator(`${args} .cm-matchingBracket`);
    await eventually(async () => assert.deepEqual(await marked.allTextContents(), ['[', ']']));
  });

  test('where text stops being JSON, marked until it is mended', async () => {
    await write('search_docs', '{"query": "x",');
    await eventually(async () => assert.equal(await page.textContent('.json-wrong'), ','));
    await page.waitForSelector(`${args}[aria-invalid=true]`);
    await press('Backspace');
    await page.waitForSelector('.json-wrong', { state: 'detached' });
    await page.waitForSelector(`${args}[aria-invalid=false]`);
    await page.fill(args, '{\n  "query": "x"\n  "limit": 1\n}');
    const line = page.locator(`${args} .cm-line:has(.json-wrong)`);
    await eventually(async () => assert.equal((await line.textContent())?.trim(), '"query": "x"'));
  });
});

describe('completion', () => {
  test('offers the members that are not there yet, begins their values, and offers those', async () => {
    await write('render_chart', '{"width": 300, "');
    await offers('kind', 'folder', 'height');
    await page.keyboard.type('ki');
    await offers('kind');
    await press('Enter');
    await isWritten('{"width": 300, "kind": "file_sizes"}');
    await take('memory');
    await isWritten('{"width": 300, "kind": "memory"}');
    await page.waitForSelector('#arg_kind option:checked:text-is("memory")', { state: 'attached' });
  });

  test('offers the values of an enum as elements of an array, when asked', async () => {
    await write('system_metrics', '{"sections": [');
    await press('Control+Space');
    await take('process');
    await isWritten('{"sections": ["process"]}');
    await page.waitForSelector('#args-problems .fine');
  });

  test('offers the fields of a call template, and their values', async () => {
    await inspector.choose('read_sensor');
    await page.click('#request-template');
    await page.focus(template);
    await press('Control+Home', 'ArrowRight', 'Enter');
    await page.keyboard.type('"missing');
    await offers('missing_arguments');
    await press('Enter');
    await offers('error', 'omit', 'keep');
    await take('omit');
    await page.waitForSelector('#template-problems .fine');
    await eventually(async () => {
      const { missing_arguments, url } = JSON.parse(await inspector.written('#template-json'));
      assert.deepEqual([missing_arguments, typeof url], ['omit', 'string']);
    });
  });

  test('knows the fields that the README explains', () => {
    const [, table = ''] =
      /\n## The call template\n.*?\n\|---\|---\|---\|\n(.*?)\n\n/s.exec(readFileSync(fromRoot('README.md'), 'utf8')) ??
      [];
    const fields = table.split('\n').flatMap((row) => row.split('|')[1].match(/\w+/g));
    assert.deepEqual(Object.keys(templateSchema.properties).sort(), [...fields, 'ping_message'].sort().filter(unique));
  });

  const unique = (/** @type {unknown} */ one, /** @type {number} */ index, /** @type {unknown[]} */ all) =>
    all.indexOf(one) === index;
  const schema = {
    $defs: {
      colour: { enum: ['red', 'green'] },
      tree: { properties: { left: { $ref: '#/$defs/tree' }, on: { type: 'boolean' } } },
    },
    allOf: [{ properties: { shade: { $ref: '#/$defs/colour' } } }],
    properties: {
      tree: { $ref: '#/$defs/tree' },
      pair: { type: 'array', prefixItems: [{ const: 1 }], items: { enum: [2, 3] } },
      note: { type: 'string' },
      tags: { type: 'array' },
    },
  };
  /** The caret is at `|`. */
  const labels = (/** @type {string} */ text) =>
    offersIn(schema, text.replace('|', ''), text.indexOf('|')).offers.map(({ label }) => label);
  const rest = ['shade', 'tree', 'pair', 'note', 'tags'];
  for (const [text, expected] of /** @type {[string, string[]][]} */ ([
    ['{|', [...rest].sort()],
    ['{"tree": 1, |, "note": 2}', ['pair', 'shade', 'tags']],
    ['{"shade": "|"}', ['green', 'red']],
    ['{"shade": |}', ['green', 'red']],
    ['{"tree": {"left": {"|', ['left', 'on']],
    ['{"tree": {"left": {"on": |', ['false', 'true']],
    ['{"tree": {"left": {}, "a": "}", |', ['on']],
    ['{"pair": [|', ['1']],
    ['{"pair": [1, |]}', ['2', '3']],
    ['{"|" "tree": 1, "note": {"tags": 1}}', ['pair', 'shade', 'tags']],
    ['{"no|te": 1}', [...rest].sort()],
    ['{"note": "x" |', []],
    ['{"constructor": |', []],
    ['|', []],
  ])) {
    test(`at ${text}: ${expected.join(', ') || 'nothing'}`, () => assert.deepEqual(labels(text).sort(), expected));
  }

  test('a member before another gets its comma, one with a value keeps it', () => {
    const taken = (/** @type {string} */ text, /** @type {string} */ name) => {
      const { from, to, offers } = offersIn(schema, text.replace('|', ''), text.indexOf('|'));
      const offer = offers.find(({ label }) => label === name);
      return text.replace('|', '').slice(0, from) + offer?.text + text.replace('|', '').slice(to);
    };
    assert.equal(taken('{| "tree": 1}', 'note'), '{"note": "", "tree": 1}');
    assert.equal(taken('{"no|": [1]}', 'tags'), '{"tags": [1]}');
    assert.equal(taken('{"a": 1, ta|', 'tags'), '{"a": 1, "tags": []');
  });
});

describe('Prettify', () => {
  const button = 'button:text-is("Prettify")';

  test('changes white space alone, and is undone', async () => {
    const text = '{"limit":12345678901234567890,"query":"\\u0041","more":[],"list":[1,{"a":{}}]}';
    await write('search_docs', '');
    await page.fill(args, text);
    await page.click(button);
    const pretty = /^\{\n {2}"limit": 12345678901234567890,\n {2}"query": "\\u0041",\n {2}"more": \[\],/;
    await eventually(async () => assert.match(await inspector.written('#args-json'), pretty));
    await page.waitForSelector(`${button}[disabled]`);
    await page.focus(args);
    await press('Control+z');
    await isWritten(text);
    await page.fill(args, '{"query": ');
    await page.waitForSelector(`${button}[disabled]`);
  });

  test('indents as JSON.stringify does', () => {
    const value = { a: [], b: {}, c: [1, [2, { d: 'x: [1, {2}]', e: null }], ''], '"': false };
    assert.equal(prettyJson(JSON.stringify(value)), JSON.stringify(value, null, 2));
  });
});

describe('the keyboard', () => {
  test('Tab and Shift+Tab leave, with an open list, too', async () => {
    await write('search_docs', '{"');
    await page.waitForSelector('.cm-tooltip-autocomplete');
    await press('Tab');
    assert.notEqual(await inspector.focused(), await focusedArguments());
    await press('Shift+Tab');
    assert.match(await inspector.focused(), /^div#args-json/);
    await press('Shift+Tab');
    assert.doesNotMatch(await inspector.focused(), /^div#args-json/);
    assert.equal(await inspector.written('#args-json'), '{""}');
  });

  const focusedArguments = async () => `div#args-json ${(await inspector.written('#args-json')).trim()}`;

  test('Control+Enter calls, and writes nothing; Escape closes the list, and stops the call only then', async () => {
    await write('watch_metrics', '{"interval_ms": 20');
    const text = await inspector.written('#args-json');
    await press('Control+Enter');
    await page.waitForSelector('.result[data-state=running]');
    assert.equal(await inspector.written('#args-json'), text);
    await press('Control+a', 'Delete');
    await page.keyboard.type('{"');
    await offers('interval_ms');
    await press('Escape');
    await page.waitForSelector('.cm-tooltip-autocomplete', { state: 'detached' });
    assert.equal(await page.getAttribute('.result', 'data-state'), 'running');
    await press('Escape');
    await inspector.ended('stopped');
  });

  test('undoes what was typed, what the form wrote, and nothing of another tool', async () => {
    await write('read_sensor', '{"sensor": "load"}');
    await page.selectOption('.schema-form select', { label: 'memory_total' });
    await eventually(async () => assert.match(await inspector.written('#args-json'), /memory_total/));
    await page.focus(args);
    await press('Control+z');
    await isWritten('{"sensor": "load"}');
    await page.waitForSelector('.schema-form option:checked:text-is("load")', { state: 'attached' });
    await inspector.choose('search_docs');
    const fresh = await inspector.written('#args-json');
    await page.focus(args);
    await press('Control+z', 'Control+z');
    assert.equal(await inspector.written('#args-json'), fresh);
  });
});

test('it is a text box with the name of its label, which leads to it, and nothing corrects what is typed', async () => {
  await inspector.choose('search_docs');
  await inspector.writeArguments({ query: 'x' });
  const box = page.getByRole('textbox', { name: 'JSON', exact: true });
  const attributesOf = () =>
    box.evaluate((element) => {
      const { id, contentEditable, spellcheck } = element;
      const [autocapitalize, autocorrect] = ['autocapitalize', 'autocorrect'].map((name) => element.getAttribute(name));
      const described = document.getElementById(element.getAttribute('aria-describedby') ?? '')?.textContent?.trim();
      return { id, contentEditable, spellcheck, autocapitalize, autocorrect, described };
    });
  const wanted = { id: 'args-json', contentEditable: 'true', spellcheck: false, autocapitalize: 'off' };
  await eventually(async () =>
    assert.deepEqual(await attributesOf(), { ...wanted, autocorrect: 'off', described: 'Fits the schema.' }),
  );
  await page.click('#args-json-label');
  assert.match(await inspector.focused(), /^div#args-json/);
  const outline = await page.locator('.cm-editor').evaluate((editor) => getComputedStyle(editor).outlineStyle);
  assert.equal(outline, 'solid');
});

describe('taking over from the textarea', () => {
  /** A page whose editor waits until the test lets it go on, or fail. */
  async function openWithout(t) {
    const other = await inspectors.open();
    t.after(() => other.page.close());
    /** @type {(route: import('playwright-core').Route) => void} */
    let asked;
    const request = new Promise((resolve) => {
      asked = resolve;
    });
    await other.page.route(/json_editor-.*\.js$/, (route) => asked(route));
    await other.connect();
    await other.page.click('button.tool:has(.name:text-is("search_docs"))');
    await other.page.waitForSelector('textarea#args-json');
    return { other, field: other.page, route: await request };
  }

  test('nothing is lost: text, selection, focus', async (t) => {
    const { other, field, route } = await openWithout(t);
    await field.fill('#args-json', '');
    await field.keyboard.type('{"query": "before", "limit": 2}');
    await field.keyboard.press('Home');
    for (let presses = 0; presses < 11; presses += 1) await field.keyboard.press('ArrowRight');
    for (let presses = 0; presses < 6; presses += 1) await field.keyboard.press('Shift+ArrowRight');
    await route.continue();
    await field.waitForSelector(args);
    await field.keyboard.type('afterwards');
    await isWritten('{"query": "afterwards", "limit": 2}', '#args-json', other);
    await eventually(async () => assert.equal(await field.inputValue('#arg_query'), 'afterwards'));
    assert.equal(await field.locator('textarea#args-json').count(), 0);
    other.noComplaints(blocked);
  });

  test('where the editor cannot be loaded the textarea goes on', async (t) => {
    const { other, field, route } = await openWithout(t);
    await route.abort();
    await field.fill('#args-json', '{"query":"plain","limit":1}');
    await field.click('button:text-is("Prettify")');
    await isWritten('{\n  "query": "plain",\n  "limit": 1\n}', '#args-json', other);
    await eventually(async () => assert.equal(await field.inputValue('#arg_query'), 'plain'));
    assert.match(await other.call('tree'), /hits \[1\]/);
    await field.click('#request-template');
    await field.fill('textarea#template-json', (await other.written('#template-json')).replace('"search"', '"read"'));
    await field.waitForSelector('.preview:has-text("read")');
    assert.equal(await field.locator('.cm-content').count(), 0);
    other.noComplaints(blocked, /json_editor/, /Failed to load resource/);
  });
});
