// The licences of what others have written and our files contain.
import { readFileSync, readdirSync } from 'node:fs';

// sockjs.js is one file made of these packages.
const SOCKJS = ['sockjs-client', 'debug', 'inherits', 'querystringify', 'requires-port', 'url-parse'];

export function thirdPartyLicences(nodeModules, own) {
  const permission = own.slice(own.indexOf('Permission is hereby granted'));
  const musl = `musl, Copyright 2005-2020 Rich Felker, et al.\n\n${permission}`;
  return [
    heading('The engine (in pusher*.js and pusher.wasm) contains functions of wasi-libc, from musl'),
    musl,
    heading('sockjs.js and sockjs.min.js are sockjs-client, with the packages it is made of'),
    ...SOCKJS.map((name) => `${name}\n\n${licence(`${nodeModules}/${name}`)}`),
    heading('pusher-with-encryption*.js and pusher.node*.cjs contain tweetnacl'),
    licence(`${nodeModules}/tweetnacl`),
  ].join('\n');
}

const heading = (text) => `${text}\n${'='.repeat(text.length)}\n`;

function licence(folder) {
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  if (!file) throw new Error(`${folder} has no licence file`);
  return readFileSync(`${folder}/${file}`, 'utf8');
}
