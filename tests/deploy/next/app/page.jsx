// A client page: rendered on the server once, then it calls from the browser.
'use client';

import { useEffect, useState } from 'react';
import { WebSocketCommunicationProtocol } from 'utcp-websocket';

export default function Page() {
  const [result, setResult] = useState('');
  useEffect(() => {
    const protocol = new WebSocketCommunicationProtocol();
    const template = { url: new URLSearchParams(location.search).get('url'), response_format: 'json' };
    protocol.callTool(null, 'tools.echo', { from: 'page' }, template).then(JSON.stringify, String).then(setResult);
    return () => void protocol.close();
  }, []);
  return <output>{result}</output>;
}
