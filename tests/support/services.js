// Services that a page can use, each with the recipes for it: the same four things are to be done with every one of them.
import { setTimeout as wait } from 'node:timers/promises';
import { TRPCError } from '@trpc/server';
import { lastFirst, recipe } from './endpoints.js';
import { startEthereum } from './ethereum/node.js';
import { HOME_TOKEN, startHome } from './home.js';
import { startInFront } from './in_front.js';
import { startMcp, text } from './mcp.js';
import { note, startRelay } from './nostr.js';
import { OBS_PASSWORD, startObs } from './obs.js';
import { startGraphQL, startInspected, startJsonRpc } from './peers.js';
import { startPhoenix } from './phoenix.js';
import { startSignalR } from './signalr.js';
import { startSocketIo } from './socketio.js';
import { startBroker } from './stomp.js';
import { anything, startTrpc } from './trpc.js';

const RIGHT = 'let-me-in';
/** What nobody is let in with. */
export const WRONG = 'wr0ng-word';

/** Puts a credential into a recipe where it says `${NAME}`. */
const inText =
  (name, right = RIGHT) =>
  (template, word = right) =>
    JSON.parse(JSON.stringify(template).replaceAll(`\${${name}}`, word));

/** Where a service takes credentials by HTTP only, a page can send them in the query. */
const inQuery = (template, api_key = RIGHT) => ({
  ...template,
  auth: { auth_type: 'api_key', api_key, location: 'query', var_name: 'key' },
});

/** Lets in who has the credential in the query. `asked`: how often somebody wanted to come in. */
async function guarded(starting) {
  const server = Object.assign(await starting, { asked: 0 });
  server.wss.options.verifyClient = ({ req }, done) => {
    server.asked += 1;
    done(new URL(req.url, server.url).searchParams.get('key') === RIGHT, 401);
  };
  return server;
}

/** What a page learns of a status of HTTP: nothing. Each attempt looks like one that could come through later. */
const byHttp = {
  error: { name: 'WebSocketConnectionError', code: 'connection_failed' },
  says: /^could not connect to ws:/,
  options: { retry: false },
};
/** @param {RegExp} says what the service says itself */
const byFrame = (says) => ({ error: { name: 'WebSocketAuthError', code: 'auth_failed' }, says });

/** Items one after the other, until nobody wants more; `seen.left` tells. */
async function* endless(seen, item) {
  try {
    for (let one = 0; ; one += 1) {
      yield item(one);
      await wait(5);
    }
  } finally {
    seen.left = true;
  }
}

/** Does not answer, and notes down in `seen` that it was asked, and that the call was cancelled. */
const waiting = (seen, onCancelled) => {
  seen.begun = true;
  onCancelled(() => {
    seen.left = true;
  });
  return new Promise(() => {});
};

const paper = () => {
  throw new Error('out of paper');
};

/**
 * By name:
 * - `start(t)`: the service, which lets in who has the right credential; `connections`: how many all of this takes, if not one
 * - `recipe`: the names of the recipes for calls; `credential(template, word)`: puts in the right one, or this
 * - `three`: a tool, its arguments by number, and its results
 * - `error`: a tool, its arguments, and what the error's detail has (`change`: what the template has to have for it)
 * - `stream`: a tool, its arguments, the recipes, `begun`: whether the service has it under way, `tell`: has it send `item`, `left`: whether the
 *   service has seen that it was left; or, without `item`, a call that is aborted
 * - `refusal`: the tool and the arguments if they are others, the error, what it `says`, and the protocol's options; `start`: a service that lets nobody in
 */
export const services = {
  'JSON-RPC': {
    recipe: ['json-rpc'],
    start(t) {
      const [hold, seen] = [lastFirst(3), {}];
      const waits = (_params, _connection, token) => waiting(seen, (act) => token.onCancellationRequested(act));
      const starting = startJsonRpc(t, { twice: ({ n }) => hold(2 * n), fails: paper, waits });
      return guarded(starting.then((server) => Object.assign(server, { seen })));
    },
    credential: inQuery,
    three: ['twice', (n) => ({ n }), (n) => 2 * n],
    error: ['fails', {}, /"code":-32603.*out of paper/],
    stream: {
      call: ['waits', {}],
      change: { leave_message: { jsonrpc: '2.0', method: '$/cancelRequest', params: { id: '{{request_id}}' } } },
      begun: ({ seen }) => seen.begun,
      left: ({ seen }) => seen.left,
    },
    refusal: byHttp,
  },
  "Node's inspector": {
    recipe: ['devtools'],
    async start(t) {
      const url = await startInspected(t, 'setInterval(() => console.log("tick"), 20)');
      return guarded(startInFront(t, url));
    },
    credential: inQuery,
    three: [
      'Runtime.evaluate',
      (n) => ({ expression: `"${n}"` }),
      (n) => ({ result: { type: 'string', value: `${n}` } }),
    ],
    error: ['Runtime.evaluate', { expression: 'throw new TypeError("no such sensor")' }, /TypeError: no such sensor/],
    stream: {
      call: ['events', { domain: 'Runtime', event: 'consoleAPICalled' }],
      recipe: ['devtools', 'devtools-events'],
      item: /"value":"tick"/,
      left: ({ answers, received }) => {
        const off = received.map((text) => JSON.parse(text)).find(({ method }) => method === 'Runtime.disable');
        return off && answers.some(({ id, result }) => id === off.id && result);
      },
    },
    refusal: byHttp,
  },
  Ethereum: {
    recipe: ['ethereum'],
    start: (t) => guarded(startEthereum(t)),
    credential: inQuery,
    three: ['web3_sha3', (n) => ({ params: [`0x0${n}`] }), (n) => hashes[n]],
    error: ['eth_nothing', {}, /eth_nothing does not exist/],
    stream: {
      call: ['eth_subscribe', { params: ['newHeads'] }],
      recipe: ['ethereum', 'ethereum-subscription'],
      begun: ({ answers }) => answers.some(({ result }) => /^0x\w{1,32}$/.test(result)),
      tell: ({ mine }) => mine(),
      item: /"number":"0x1"/,
      left: ({ answers }) => answers.some(({ result }) => result === true),
    },
    refusal: byHttp,
  },
  GraphQL: {
    recipe: ['graphql'],
    async start(t) {
      const [hold, seen] = [lastFirst(3), {}];
      const load = ({ host }) => (host === 'x' ? paper() : hold({ host }));
      const watch = ({ host }) => endless(seen, (one) => ({ host, one }));
      const onConnect = ({ connectionParams }) => connectionParams?.token === RIGHT;
      return Object.assign(await startGraphQL(t, { load, watch, onConnect }), { seen });
    },
    credential: (template, token = RIGHT) => ({
      ...template,
      connect_message: { ...template.connect_message, payload: { token } },
    }),
    three: ['load', (n) => ({ host: `h${n}` }), (n) => ({ data: { load: { host: `h${n}`, one: null } } })],
    error: ['load', { host: 'x' }, /^\[\{"message":"out of paper"/],
    stream: {
      call: ['load', { host: 'a' }],
      recipe: ['graphql', 'graphql-subscription'],
      item: /"host":"a","one":0/,
      left: ({ seen }) => seen.left,
    },
    refusal: { error: { name: 'WebSocketAuthError', closeCode: 4403 }, says: /Forbidden/ },
  },
  MCP: {
    recipe: ['mcp'],
    start(t) {
      const [hold, seen] = [lastFirst(3), {}];
      const starting = startMcp(t, {
        same: ({ n }) => hold(text(n)),
        fails: () => ({ ...text('out of paper'), isError: true }),
        waits: (_, { signal }) => waiting(seen, (act) => signal.addEventListener('abort', act)),
      });
      return guarded(starting.then((server) => Object.assign(server, { seen })));
    },
    credential: inQuery,
    three: ['same', (n) => ({ n }), (n) => text(n)],
    error: ['fails', {}, /"out of paper".*"isError":true/],
    stream: { call: ['waits', {}], begun: ({ seen }) => seen.begun, left: ({ seen }) => seen.left },
    refusal: byHttp,
  },
  Phoenix: {
    recipe: ['phoenix'],
    start(t) {
      const hold = lastFirst(3);
      const join = ({ token }) => (token === RIGHT ? undefined : { reason: 'not you' });
      const handle = (event, { n }, push) => {
        if (event === 'same') return hold(['ok', { n }]);
        if (event !== 'watch') return ['error', { reason: `no event ${event}` }];
        push('reading', { n: 1 });
      };
      return startPhoenix(t, { 'room:lobby': { join, handle } });
    },
    connections: 2,
    credential: (template, token = RIGHT) =>
      JSON.parse(JSON.stringify(template).replace('"phx_join",{}', `"phx_join",{"token":"${token}"}`)),
    three: ['same', (n) => ({ n }), (n) => ({ n })],
    error: ['none', {}, /^"no event none"$/],
    stream: {
      call: ['watch', {}],
      recipe: ['phoenix', 'phoenix-events'],
      item: /^\{"n":1\}$/,
      left: ({ clients }) => clients.size === 1,
    },
    refusal: byFrame(/"reason":"not you"/),
  },
  'Socket.IO': {
    recipe: ['socketio'],
    start(t) {
      const hold = lastFirst(3);
      return startSocketIo(t, {
        connected: (socket) => socket.emit('tick', { n: 1 }),
        same: async ({ n }, acknowledge) => acknowledge(await hold({ n })),
        fails: (_, acknowledge) => acknowledge({ error: { message: 'out of paper' } }),
      });
    },
    connections: 2,
    three: ['same', (n) => ({ n }), (n) => ({ n })],
    error: ['fails', {}, /^\{"message":"out of paper"\}$/],
    stream: {
      call: ['listen', {}],
      recipe: ['socketio', 'socketio-events'],
      item: /^\{"n":1\}$/,
      left: ({ seen }) => seen.ends[0] === 'client namespace disconnect',
    },
    refusal: { ...byFrame(/44\{"message":"not you"\}/), start: (t) => startSocketIo(t, {}, { refuse: 'not you' }) },
  },
  SignalR: {
    recipe: ['signalr'],
    start: (t) => guarded(startSignalR(t, { twice: ({ n }) => 2 * n, fails: paper, watch: () => [{ n: 1 }] })),
    credential: inQuery,
    three: ['twice', (n) => ({ n }), (n) => 2 * n],
    error: ['fails', {}, /^"out of paper"$/],
    stream: {
      call: ['watch', {}],
      recipe: ['signalr', 'signalr-stream'],
      item: /^\{"n":1\}$/,
      left: ({ seen }) => seen.messages.at(-1).type === 5,
    },
    refusal: byHttp,
  },
  'Home Assistant': {
    recipe: ['home-assistant'],
    start(t) {
      const hold = lastFirst(3);
      return startHome(t, { same: ({ n }) => hold(n) });
    },
    credential: inText('HA_TOKEN', HOME_TOKEN),
    three: ['same', (n) => ({ n }), (n) => n],
    error: ['nothing', {}, /"unknown_command"/],
    stream: {
      call: ['events', { event_type: 'state_changed' }],
      recipe: ['home-assistant', 'home-assistant-events'],
      begun: (server) => server.subscribed().length === 1,
      tell: (server) => server.fire('state_changed', { entity_id: 'sun.sun' }),
      item: /"sun\.sun"/,
      left: (server) => server.subscribed().length === 0,
    },
    refusal: byFrame(/Invalid access token or password/),
  },
  'OBS Studio': {
    recipe: ['obs'],
    start: (t) => startObs(t, { Same: ({ n }) => ({ n }) }),
    connections: 2,
    credential: inText('OBS_PASSWORD', OBS_PASSWORD),
    three: ['Same', (n) => ({ n }), (n) => ({ n })],
    error: ['Nothing', {}, /not valid/],
    stream: {
      call: ['events', { event: 'CurrentProgramSceneChanged' }],
      recipe: ['obs', 'obs-events'],
      begun: (server) => server.listening() === 1,
      tell: (server) => server.fire('CurrentProgramSceneChanged', 4, { sceneName: 'Break' }),
      item: /"Break"/,
      left: (server) => server.listening() === 0,
    },
    refusal: { error: { name: 'WebSocketAuthError', closeCode: 4009 }, says: /Authentication failed/ },
  },
  tRPC: {
    recipe: ['trpc', 'trpc-token'],
    async start(t) {
      const [hold, seen] = [lastFirst(3), {}];
      const createContext = ({ info }) => {
        if (info.connectionParams?.token === RIGHT) return {};
        throw new TRPCError({ code: 'UNAUTHORIZED', message: 'not you' });
      };
      const procedures = {
        same: anything.query(({ input: { n } }) => hold(n)),
        fails: anything.query(paper),
        watch: anything.subscription(() => endless(seen, (n) => ({ n }))),
      };
      return Object.assign(await startTrpc(t, procedures, { createContext }), { seen });
    },
    credential: inText('TRPC_TOKEN'),
    three: ['same', (n) => ({ n }), (n) => n],
    error: ['fails', {}, /"out of paper".*"INTERNAL_SERVER_ERROR"/],
    stream: {
      call: ['watch', {}],
      recipe: ['trpc-subscription', 'trpc-token'],
      item: /^\{"n":0\}$/,
      left: ({ seen }) => seen.left,
    },
    refusal: byFrame(/"not you"/),
  },
  Nostr: {
    recipe: ['nostr'],
    start: (t) => startRelay(t, { hostname: 'relay.example' }),
    three: ['publish', (n) => note(`note ${n}`), () => ''],
    error: ['publish', { ...note('mine'), content: 'not mine' }, /^\["OK",.*false,"invalid: /],
    stream: {
      call: ['feed', { kinds: [1] }],
      recipe: ['nostr', 'nostr-feed'],
      item: /"content":"note \d"/,
      left: (server) => server.subscriptions().length === 0,
    },
    refusal: {
      call: ['query', { kinds: [4] }],
      recipe: ['nostr', 'nostr-query'],
      error: { name: 'ToolError', code: 'tool_failed' },
      says: /restricted: /,
    },
  },
  STOMP: {
    recipe: ['stomp'],
    start: (t) => startBroker(t, undefined, RIGHT),
    connections: 2,
    credential: (template, word) => inText('STOMP_PASSCODE')(inText('STOMP_LOGIN')(template, 'guest'), word),
    three: ['send', (n) => ({ n }), (n) => `RECEIPT\nreceipt-id:${n + 1}\n\n`],
    error: [
      'send',
      {},
      /^"ERROR\\nmessage:not_found/,
      { correlation: false, message: 'SEND\ndestination:/queue/nowhere\n\n' },
    ],
    stream: {
      call: ['orders', {}],
      recipe: ['stomp', 'stomp-subscription'],
      begun: (server) => server.subscribed().length === 1,
      tell: (server) => server.deliver('/queue/orders', '{"n":1}'),
      item: /^\{"n":1\}$/,
      left: (server) => server.subscribed().length === 0,
    },
    refusal: byFrame(/Access refused for user/),
  },
};

/** Of the bytes 0, 1 and 2. */
const hashes = [
  '0xbc36789e7a1e281436464229828f817d6612f7b477d66591ff96a9e064bcc98a',
  '0x5fe7f977e71dba2ea1a68e21057beebb9be2ac30c6410aa38d4f3fbe41dcffd2',
  '0xf2ee15ea639b73fa3db9b34a245bdfa015c260c598b211bf05a1ecc4b3e3b4f2',
];

/** The template that a service's recipes make, or these, with the right credential or this word. */
export function templateOf(
  { recipe: own, credential = (template) => template },
  server,
  names = own,
  word = undefined,
) {
  return credential(recipe(server, ...names), word);
}
