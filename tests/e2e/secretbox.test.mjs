// The boxes of encrypted channels: what the library seals (libsodium), npm's tweetnacl opens, and the other way
// round; what was tampered with, neither opens.
import test from 'node:test';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import nacl from 'tweetnacl';

import { run } from './lib/program.mjs';

const BIN = process.env.SECRETBOX_BIN ?? fileURLToPath(new URL('../../build/bin/e2e_secretbox', import.meta.url));
const NO_CIPHER = 77;

const LENGTHS = [...Array(301).keys(), 1000, 4096, 10_240, 65_535, 1_000_003];

// Bytes that look random, and are the same each time.
function bytes(length, seed) {
  const parts = [];
  for (let n = 0; n * 64 < length || n === 0; n++) parts.push(createHash('sha512').update(`${seed} ${n}`).digest());
  return new Uint8Array(Buffer.concat(parts).subarray(0, length));
}

const CASES = LENGTHS.map((length) => ({
  length, key: bytes(32, `key ${length}`), nonce: bytes(24, `nonce ${length}`), data: bytes(length, `data ${length}`),
}));

const hex = (array) => Buffer.from(array).toString('hex');
const line = (verb, key, nonce, text) => `${verb} ${hex(key)} ${hex(nonce)} ${hex(text)}\n`;

// The library's answers to lines.
async function ask(t, lines) {
  const { code, out, err } = await run(BIN, [], { input: lines.join('') });
  if (code === NO_CIPHER) return t.skip('built without libsodium');
  assert.equal(code, 0, err);
  const answers = out.trimEnd().split('\n');
  assert.equal(answers.length, lines.length);
  return answers;
}

// Copies, in each of which one bit of another byte is not the same.
function* tampered(array) {
  for (let i = 0; i < array.length; i++) {
    const copy = array.slice();
    copy[i] ^= 1 << (i % 8);
    yield copy;
  }
}

test('what the library seals is what tweetnacl seals, and tweetnacl opens it', async (t) => {
  const answers = await ask(t, CASES.map(({ key, nonce, data }) => line('seal', key, nonce, data)));
  answers?.forEach((answer, n) => {
    const { key, nonce, data } = CASES[n];
    assert.equal(answer, hex(nacl.secretbox(data, nonce, key)), `${data.length} bytes`);
    const opened = nacl.secretbox.open(new Uint8Array(Buffer.from(answer, 'hex')), nonce, key);
    assert.equal(hex(opened), hex(data), `${data.length} bytes`);
  });
});

test('what tweetnacl seals, the library opens', async (t) => {
  const answers = await ask(t, CASES.map(({ key, nonce, data }) => line('open', key, nonce, nacl.secretbox(data, nonce, key))));
  answers?.forEach((answer, n) => assert.equal(answer, hex(CASES[n].data), `${CASES[n].length} bytes`));
});

test('a box with any byte changed, or cut, is opened by neither', async (t) => {
  const lines = [];
  for (const { key, nonce, data, length } of CASES.filter((one) => one.length <= 300)) {
    const box = nacl.secretbox(data, nonce, key);
    const changed = [
      ...[...tampered(box)].map((copy) => [key, nonce, copy]),
      [key, nonce, box.subarray(0, box.length - 1)],
      [key, nonce, box.subarray(1)],
      [key, nonce, new Uint8Array([...box, 0])],
      ...(length % 50 ? [] : [...tampered(nonce)].map((copy) => [key, copy, box])),
      ...(length % 50 ? [] : [...tampered(key)].map((copy) => [copy, nonce, box])),
    ];
    for (const [k, n, b] of changed) {
      assert.equal(nacl.secretbox.open(b, n, k), null, `tweetnacl, ${length} bytes`);
      lines.push(line('open', k, n, b));
    }
  }
  for (let length = 0; length < 16; length++) lines.push(line('open', bytes(32, 'k'), bytes(24, 'n'), new Uint8Array(length)));
  const answers = await ask(t, lines);
  const opened = answers?.findIndex((answer) => answer !== 'refused');
  if (answers) assert.equal(opened, -1, `opened: ${lines[opened]}`);
});
