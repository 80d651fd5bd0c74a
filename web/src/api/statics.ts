/** Statics of the constructor that are tables. */
import type { Authorizer } from './authorization';
import { messageOf } from './errors';
import { toTexts } from './json';

/** Defaults that programs set for all clients, and the options that they stand for. */
export const STATIC_OPTIONS: readonly (readonly [string, string])[] = [
  ['host', 'wsHost'],
  ['ws_port', 'wsPort'],
  ['wss_port', 'wssPort'],
  ['sockjs_host', 'httpHost'],
  ['sockjs_http_port', 'httpPort'],
  ['sockjs_https_port', 'httpsPort'],
  ['sockjs_path', 'httpPath'],
  ['stats_host', 'statsHost'],
  ['channel_auth_endpoint', 'authEndpoint'],
  ['channel_auth_transport', 'authTransport'],
  ['activity_timeout', 'activityTimeout'],
  ['pong_timeout', 'pongTimeout'],
  ['unavailable_timeout', 'unavailableTimeout'],
];

export type Statics = Readonly<Record<string, unknown>>;

/* The library's own authorizers, for plug-ins that put a function of theirs in front. */
const ajax: Authorizer = function (socketId, callback) {
  const xhr = this.runtime.createXHR();
  xhr.onreadystatechange = () => {
    if (xhr.readyState !== 4) return;
    if (xhr.status !== 200) return callback(true, xhr.status);
    try {
      callback(false, JSON.parse(xhr.responseText));
    } catch {
      callback(true, `JSON returned from the authorization endpoint was invalid: ${xhr.responseText}`);
    }
  };
  xhr.open('POST', this.endpoint, true);
  xhr.setRequestHeader('Content-Type', 'application/x-www-form-urlencoded');
  for (const [name, value] of Object.entries(toTexts(this.authOptions.headers))) xhr.setRequestHeader(name, value);
  xhr.send(this.composeQuery(socketId));
};

const jsonp: Authorizer = function (socketId, callback) {
  const mark = this.endpoint.includes('?') ? '&' : '?';
  const start = `${this.endpoint}${mark}callback=Pusher.auth_callbacks%5B'`;
  this.runtime.jsonp?.('auth', start, `'%5D&${this.composeQuery(socketId)}`, (error, data) =>
    error ? callback(true, messageOf(error)) : callback(false, data),
  );
};

export const builtInAuthorizers = { ajax, jsonp };

export const isBuiltIn = (authorizer: Authorizer): boolean => authorizer === ajax || authorizer === jsonp;
