// The suites as one script each for pages and for Node: all *.test.ts of the folders, in the order of their
// names. NAME.page.test.ts is for pages only, NAME.node.test.ts for Node.
import { readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, context } from 'esbuild';

const HERE = fileURLToPath(new URL('..', import.meta.url));
export const SUITES = ['unit', 'integration'];

const isFor = (platform, name) =>
  name.endsWith('.test.ts') && (!/\.(page|node)\.test\.ts$/.test(name) || name.endsWith(`.${platform}.test.ts`));

export function suiteFiles(platform, suites) {
  return suites.flatMap((suite) =>
    readdirSync(join(HERE, suite)).filter((name) => isFor(platform, name)).sort().map((name) => join(HERE, suite, name)),
  );
}

// One suite's tests below a headline of its name, so that reports tell them apart.
function entry(platform, suites) {
  return suites
    .flatMap((suite) => suiteFiles(platform, [suite]).map((path) => `import './${relative(HERE, path)}';`))
    .join('\n');
}

function options(platform, suites) {
  return {
    stdin: { contents: entry(platform, suites), resolveDir: HERE, sourcefile: 'suites.ts', loader: 'ts' },
    bundle: true,
    write: false,
    charset: 'ascii',
    sourcemap: 'inline',
    platform: platform === 'node' ? 'node' : 'browser',
    format: platform === 'node' ? 'cjs' : 'iife',
    target: platform === 'node' ? 'node20' : 'es2020',
    define: { global: 'globalThis' },
    external: platform === 'node' ? [] : ['util'], // the fake timers ask for it in Node only
    logLevel: 'warning',
  };
}

export async function bundleSuites(platform, suites = SUITES) {
  const { outputFiles } = await build(options(platform, suites));
  return outputFiles[0].text;
}

// Bundles at once and after every edit; `changed` gets the script. Gives a function that ends it.
export async function watchSuites(platform, suites, changed) {
  const tell = {
    name: 'tell',
    setup: (plugin) => plugin.onEnd(({ outputFiles }) => outputFiles?.[0] && changed(outputFiles[0].text)),
  };
  const watching = await context({ ...options(platform, suites), plugins: [tell] });
  await watching.watch();
  return () => watching.dispose();
}

export const MOCHA = dirname(fileURLToPath(import.meta.resolve('mocha/package.json')));
