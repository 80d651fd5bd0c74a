/* Requests by script tags. The answer is a script that calls a function of the global Pusher by its
 * number. Entries stay until their script has run or failed, for a browser that has begun to load a
 * script runs it even when its tag is gone, and it shall find what it calls. */

import type { PageStatics } from './page_statics';
import type { JSONPDone, JSONPKind } from './runtime';
import { requestScript } from './script_request';

type Tables = Pick<PageStatics, 'ScriptReceivers' | 'auth_callbacks'>;

interface Entry {
  readonly number: number;
  readonly id?: string;
  remove(): void;
}

let lastAuthorization = 0;

/* How the function that an answer calls is put into its table. */
const KINDS: Record<JSONPKind, (tables: Tables, done: JSONPDone) => Entry> = {
  auth(tables, done) {
    const table = tables.auth_callbacks;
    do {
      lastAuthorization += 1;
    } while (table[lastAuthorization]);
    const number = lastAuthorization;
    table[number] = (data) => done(null, data);
    return { number, remove: () => delete table[number] };
  },
  stats(tables, done) {
    const receivers = tables.ScriptReceivers;
    const receiver = receivers.create(done);
    return { number: receiver.number, id: receiver.id, remove: () => receivers.remove(receiver) };
  },
};

export function requestJSONP(pusher: PageStatics, kind: JSONPKind, start: string, end: string,
                             done: JSONPDone): () => void {
  const runtime = pusher.Runtime;
  let finished = false;
  const once: JSONPDone = (error, data) => {
    if (!finished) {
      finished = true;
      done(error, data);
    }
  };
  const document = runtime.getDocument();
  const tables = tablesOfGlobal(pusher);
  if (!document || !tables) {
    const reason = document ? 'the global Pusher is something else than this library'
                            : 'there is no document here';
    runtime.setTimeout(() => once(new Error(`JSONP is not possible: ${reason}.`)), 0);
  } else {
    ask(document, KINDS[kind](tables, once), start, end, once);
  }
  return () => {
    finished = true;
  };
}

/* Errors name the address without its query, which may hold what is nobody's business. */
function ask(document: Document, entry: Entry, start: string, end: string, done: JSONPDone): void {
  const url = start + entry.number + end;
  const address = url.replace(/[?#].*$/, '');
  const script = requestScript(document, url, entry.id, (error) => {
    entry.remove();
    script.remove();
    done(new Error(error === null ? `${address} was loaded, but did not call its callback` :
                                    `Error loading ${address}`));
  });
}

/* Answers look for the global Pusher. A program that imports the library may have none yet. */
function tablesOfGlobal(pusher: PageStatics): Tables | undefined {
  const global = pusher.Runtime.getGlobal() as { Pusher?: Partial<Tables> };
  global.Pusher ??= pusher;
  const { ScriptReceivers, auth_callbacks } = global.Pusher;
  return ScriptReceivers && auth_callbacks ? { ScriptReceivers, auth_callbacks } : undefined;
}
