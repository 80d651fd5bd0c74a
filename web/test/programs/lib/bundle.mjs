// Bundles a program for a page as its author's tools would, with our client in place of `pusher-js`.
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

import { BUNDLE } from './subject.mjs';

const PAGES = new URL('../pages/', import.meta.url);

export const nodeModule = (path) => fileURLToPath(new URL(`../node_modules/${path}`, import.meta.url));

// A file of pages/ with all that it imports, as a script: { text }.
export async function bundled(name) {
  const result = await build({
    entryPoints: [fileURLToPath(new URL(name, PAGES))],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2020',
    alias: { 'pusher-js': BUNDLE },
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'silent',
  });
  return { text: result.outputFiles[0].text };
}

// A file of pages/ as it is.
export const script = (name) => fileURLToPath(new URL(name, PAGES));
