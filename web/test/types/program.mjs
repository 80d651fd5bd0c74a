// Programs of the TypeScript compiler with one module name standing for another's declarations.
import ts from 'typescript';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export const OURS = here('../../src/index.d.ts');
export const THEIRS = here('../../../tests/e2e/node_modules/pusher-js/index.d.ts');

// Options as strict as they come; `lib` and `types` as a program without the DOM library has them.
function options(declarations, extra) {
  return {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noImplicitReturns: true,
    target: ts.ScriptTarget.ES2020,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ['lib.es2020.d.ts'],
    types: [],
    noEmit: true,
    paths: {
      'pusher-js': [declarations],
      'pusher-c': [declarations],
      'pusher-js/types/*': [`${dirname(declarations)}/types/*`],
      '*': [here('../programs/node_modules/*')],
    },
    ...extra,
  };
}

// Compiles a file; `declarations` are those of the client that it imports.
export function compile(name, declarations, extra = {}) {
  const path = here(name);
  const program = ts.createProgram([path], options(declarations, extra));
  const diagnostics = ts.getPreEmitDiagnostics(program).map((diagnostic) => {
    const text = ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n');
    if (!diagnostic.file) return text;
    const { line } = diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start);
    return `${diagnostic.file.fileName}:${line + 1}: ${text}`;
  });
  return { program, source: program.getSourceFile(path), checker: program.getTypeChecker(), diagnostics };
}
