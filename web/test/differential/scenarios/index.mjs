// All scenarios, in the order of the protocol's description.
import authorization from './authorization.mjs';
import channels from './channels.mjs';
import closes from './closes.mjs';
import construction from './construction.mjs';
import emitter from './emitter.mjs';
import encryption from './encryption.mjs';
import http from './http.mjs';
import lifecycle from './lifecycle.mjs';
import logging from './logging.mjs';
import messages from './messages.mjs';
import presence from './presence.mjs';
import sockjs from './sockjs.mjs';
import strategies from './strategies.mjs';
import urls from './urls.mjs';
import users from './users.mjs';

export default Object.entries({
  construction,
  urls,
  strategies,
  http,
  sockjs,
  lifecycle: [...closes, ...lifecycle],
  messages,
  channels,
  authorization,
  presence,
  encryption,
  users,
  emitter,
  logging,
}).flatMap(([area, list]) => list.map((one) => ({ ...one, name: `${area}: ${one.name}` })));
