// The numbers that TypeScript and C mean the same by: enumerations of src/core, and those of src/engine/exports.ts.
import test from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const read = (path) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const CORE = read('src/core/core.h').replace(/\/\*[^]*?\*\//g, '');
const WEB = read('web/wasm/web.h').replace(/\/\*[^]*?\*\//g, '');
const RESULTS = read('src/base/result.h').replace(/\/\*[^]*?\*\//g, '');
const SCRIPT = read('web/src/engine/exports.ts').replace(/\/\*[^]*?\*\//g, '');

// The members of an enumeration's body, each with its number.
function numbers(body) {
  const found = new Map();
  let next = 0;
  for (const item of body.split(',').map((text) => text.trim()).filter(Boolean)) {
    const [, name, value] = item.match(/^(\w+)(?:\s*=\s*([^]+))?$/);
    const shift = value?.match(/^(\d+)\s*<<\s*(\d+)$/);
    const number = shift ? Number(shift[1]) << Number(shift[2]) : value === undefined ? next : Number(value);
    assert.ok(Number.isInteger(number), `${item} is a number`);
    found.set(name, number);
    next = number + 1;
  }
  return found;
}

const inC = (text, start) => {
  const from = text.indexOf(start);
  assert.notEqual(from, -1, `there is "${start}"`);
  return numbers(text.slice(text.indexOf('{', from) + 1, text.indexOf('}', from)));
};
const inScript = (name) => numbers(SCRIPT.match(new RegExp(`enum ${name} {([^]*?)}`))[1]);
// ChannelAuthorization: CHANNEL_AUTHORIZATION
const inCapitals = (name) => name.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase();

// TypeScript's enumeration, C's, what C's names begin with, and names that differ.
const PAIRS = [
  ['Word', inC(WEB, 'enum {'), 'PX_WEB_', {}],
  ['Action', inC(CORE, 'enum px_action_type'), 'PX_ACTION_', {}],
  ['Target', inC(CORE, 'enum {'), 'PX_TO_', {}],
  ['DataType', inC(CORE, 'enum px_data_type'), 'PX_DATA_', {}],
  ['ChannelKind', inC(CORE, 'enum px_channel_kind'), 'PX_CHANNEL_', {}],
  ['RequestKind', inC(CORE, 'enum px_request_kind'), 'PX_REQUEST_', {}],
  ['TransportKind', inC(CORE, 'enum px_transport_kind'), 'PX_TRANSPORT_', { WebSocket: 'WS', SockJS: 'SOCKJS' }],
  ['LogLevel', inC(CORE, 'enum px_log_level'), 'PX_LOG_', {}],
  ['Result', inC(RESULTS, 'enum px_result'), 'PX_', { Ok: 'OK' }],
];

for (const [name, c, prefix, others] of PAIRS) {
  test(`${name} has C's numbers`, () => {
    const script = inScript(name);
    assert.ok(script.size > 0);
    for (const [member, number] of script) {
      const capitals = others[member] ?? (name === 'Result' ? `ERR_${inCapitals(member)}` : inCapitals(member));
      assert.equal(number, c.get(prefix + capitals), `${name}.${member} is ${prefix}${capitals}`);
    }
  });
}

test('STATES has the names of px_state in their order', () => {
  const states = [...inC(CORE, 'enum px_state').keys()].map((name) => name.replace('PX_STATE_', '').toLowerCase());
  const listed = [...SCRIPT.match(/STATES = \[([^]*?)\]/)[1].matchAll(/'(\w+)'/g)].map(([, name]) => name);
  assert.deepEqual(listed, states);
});
