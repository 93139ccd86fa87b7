// An app whose components open in an effect and close in its cleanup. In development React's StrictMode runs each effect twice: it mounts,
// cleans up at once, and mounts again.
import { StrictMode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { connect, WebSocketCommunicationProtocol } from 'utcp-websocket';

const args = { a: 2, b: 3 };

const shared = new WebSocketCommunicationProtocol();

function callOnce(protocol, url, done, failed) {
  const template = { url, response_format: 'json' };
  protocol.callTool(null, 'shop.add', args, template).then(done, failed);
  return () => void protocol.close();
}

const effects = {
  'a protocol of its own': (...given) => callOnce(new WebSocketCommunicationProtocol(), ...given),
  'a protocol that stays': (...given) => callOnce(shared, ...given),
  connect: (url, done, failed) => {
    const leaving = new AbortController();
    const { signal } = leaving;
    const opened = connect(url, { signal });
    opened.then((tools) => tools.call('add', args, { signal })).then(done, failed);
    return () => {
      leaving.abort();
      opened.then(
        (tools) => tools.close(),
        () => {},
      );
    };
  },
};

function Sum({ url, effect, onResult, onFailure }) {
  const [sum, setSum] = useState();
  useEffect(() => effects[effect](url, setSum, onFailure), [url, effect, onFailure]);
  useEffect(() => sum && onResult(sum), [sum, onResult]);
  return <output>{JSON.stringify(sum)}</output>;
}

/** Mounts a component, waits for its sum, unmounts it. Resolves with the sum, and with the errors that its calls rejected with. */
globalThis.runApp = async (url, effect) => {
  const root = createRoot(document.body.appendChild(document.createElement('div')));
  const errors = [];
  const sum = await new Promise((resolve) => {
    const sum = <Sum url={url} effect={effect} onResult={resolve} onFailure={({ name }) => errors.push(name)} />;
    root.render(<StrictMode>{sum}</StrictMode>);
  });
  root.unmount();
  return { sum, errors };
};
