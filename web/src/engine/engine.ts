/** The one instance of the module that all clients of a program share; made when the first one is. */
import { load } from 'pusher:binary';
import type { EngineExports } from './exports';
import { Word } from './exports';
import { Memory } from './memory';

export interface Engine {
  readonly exports: EngineExports;
  readonly memory: Memory;
  /** Names of the options that it knows. */
  readonly optionNames: readonly string[];
}

let shared: Engine | undefined;

function readOptionNames(exports: EngineExports, memory: Memory): string[] {
  const names: string[] = [];
  while (exports.px_web_option(names.length)) names.push(memory.recordText(Word.Text));
  return names;
}

/** Compiles the module if that was not done yet; throws an Error that says what to do where it can't be. */
export function engine(): Engine {
  if (!shared) {
    const exports = load();
    const memory = new Memory(exports);
    shared = { exports, memory, optionNames: readOptionNames(exports, memory) };
  }
  return shared;
}
