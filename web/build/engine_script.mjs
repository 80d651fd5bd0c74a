// pusher.wasm as JavaScript, by binaryen's wasm2js: an ES module that exports `instantiate`, whose result
// looks like the exports of a WebAssembly instance.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { encode } from './engine_text.mjs';

const run = promisify(execFile);
const LIMIT = 64 * 1024 * 1024;

export async function wasmToScript(wasm, decoder) {
  const { stdout } = await run('wasm2js', ['-Oz', wasm], { maxBuffer: LIMIT });
  return toModule(stdout, decoder);
}

// wasm2js writes a module whose last part instantiates it at once and exports every function by name.
// Ours waits to be asked, may be asked again, and holds data in the code that is small when compressed.
function toModule(text, decoder) {
  const imports = [...text.matchAll(/^import (.*)$/gm)].map((found) => found[1]);
  const unknown = imports.filter((line) => line !== "{ setTempRet0 } from 'env';");
  const end = text.indexOf('var retasmFunc = asmFunc(');
  if (unknown.length > 0 || end < 0) {
    throw new Error(`wasm2js wrote something else than expected${unknown.map((line) => `: ${line}`)}`);
  }
  const body = text
    .slice(0, end)
    .replace(/^import .*$/gm, '')
    .replace(/base64DecodeToExistingUint8Array\(bufferView, (\d+), "([^"]*)"\)/g, (_, at, data) =>
      `bufferView.set(decode(${JSON.stringify(encode(Buffer.from(data, 'base64')))}), ${at})`);
  return `import { decode } from ${JSON.stringify(decoder)};
export function instantiate() {
${body}
return asmFunc({ abort() { throw new Error("Pusher's engine has stopped"); }, setTempRet0() {} });
}
`;
}
