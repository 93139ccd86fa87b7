// An app that uses one pure function: what else the package has need not be in its bundle.
import { isSecureWebSocketUrl, ready } from 'utcp-websocket';

globalThis.runApp = async (url) => {
  await ready();
  return JSON.stringify([isSecureWebSocketUrl(url), isSecureWebSocketUrl('ws://tools.example/')]);
};
