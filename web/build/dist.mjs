// `make dist`: writes dist/<version>/, and dist/<major.minor>/ unless the version is a pre-release.
//
//     node build/dist.mjs [FOLDER]        FOLDER: instead of dist/
//
// VERSION, CDN_HTTP and CDN_HTTPS of the environment go into the bundles.
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { bundle, ROOT, settings, WASM, WEB } from './bundle.mjs';
import { writeCompressed } from './compress.mjs';
import { thirdPartyLicences } from './licences.mjs';
import { writePackage } from './package.mjs';
import { sizes } from './sizes.mjs';
import { fileName, TARGETS, variants } from './targets.mjs';

const VERSION = /^(\d+\.\d+)\.\d+(-[0-9A-Za-z.-]+)?$/;
const MODULES = `${WEB}node_modules`;
const PUSHER_JS = `${ROOT}tests/e2e/node_modules/pusher-js`;
// What pages fetch.
const COMPRESSED = [
  ...TARGETS.filter((target) => variants(target).includes(true)).map((target) => fileName(target, true)),
  'pusher.wasm',
  'sockjs.min.js',
];

const chosen = settings();
const output = resolve(process.argv[2] ?? `${ROOT}dist`);
const [, short, preRelease] = VERSION.exec(chosen.version) ?? [];
if (!short) {
  console.error(`dist: VERSION '${chosen.version}' is not like 1.2.3 or 1.2.3-pre`);
  process.exit(1);
}
if (!existsSync(WASM)) {
  console.error(`dist: there is no ${WASM}: build the target pusher_wasm first, or call make dist`);
  process.exit(1);
}

const folder = `${output}/${chosen.version}`;
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
await writeBundles();
writeOthers();
await Promise.all(COMPRESSED.map((name) => writeCompressed(`${folder}/${name}`)));
writePackage({
  from: folder,
  to: `${folder}/npm`,
  version: chosen.version,
  types: `${WEB}src/index.d.ts`,
  readme: `${ROOT}README.md`,
});
if (!preRelease) writeAlias(`${output}/${short}`);

console.log(await sizes(folder, PUSHER_JS));
console.log(`dist: ${folder} is ready${preRelease ? '' : `, and so is ${output}/${short}`}`);

async function writeBundles() {
  await Promise.all(TARGETS.flatMap((target) => variants(target).map(async (minify) => {
    const files = await bundle(target, minify, chosen);
    for (const { name, text } of files) writeFileSync(`${folder}/${name}`, text);
  })));
  for (const target of TARGETS.filter(({ format }) => format === 'commonjs')) {
    writeFileSync(`${folder}/${target.name}.mjs`, moduleOf(target));
  }
}

// A program in which one part imports and another requires the library gets the same one in both.
function moduleOf({ name }) {
  return `import Pusher from './${name}.cjs';\nexport default Pusher;\n`;
}

function writeOthers() {
  cpSync(WASM, `${folder}/pusher.wasm`);
  cpSync(`${ROOT}LICENSE`, `${folder}/LICENSE`);
  const own = readFileSync(`${ROOT}LICENSE`, 'utf8');
  writeFileSync(`${folder}/THIRD_PARTY_LICENSES.txt`, thirdPartyLicences(MODULES, own));
  for (const name of ['sockjs.js', 'sockjs.js.map', 'sockjs.min.js', 'sockjs.min.js.map']) {
    cpSync(`${MODULES}/sockjs-client/dist/${name}`, `${folder}/${name}`);
  }
}

function writeAlias(alias) {
  rmSync(alias, { recursive: true, force: true });
  cpSync(folder, alias, { recursive: true });
}
