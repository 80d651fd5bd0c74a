/* Where a page's script came from: the files that go with it are beside it, minified as it is. */

export interface ScriptPlace {
  readonly folder: string;
  readonly suffix: '' | '.min';
}

/* Our files are called pusher.js, pusher-with-encryption.nowasm.min.js and so on. Whatever else loads us is a
 * bundle of the program's own, and beside that there is nothing of ours. */
const OURS = /^([a-z-]+:.*\/)pusher(?:-with-encryption)?(?:\.[a-z]+)*?(\.min)?\.js(?:[?#].*)?$/;

/** To be called while the script runs for the first time; later the browser does not tell any more. */
export function currentScriptPlace(): ScriptPlace | undefined {
  const script = typeof document === 'object' ? (document.currentScript as { src?: unknown } | null) : null;
  return typeof script?.src === 'string' ? placeOf(script.src) : undefined;
}

/** For modules. Some bundlers put the name of the file on the developer's machine for their address. */
export function modulePlace(url: unknown): ScriptPlace | undefined {
  return typeof url === 'string' && /^https?:/.test(url) ? placeOf(url) : undefined;
}

function placeOf(url: string): ScriptPlace | undefined {
  const match = OURS.exec(url);
  return match ? { folder: match[1] as string, suffix: match[2] ? '.min' : '' } : undefined;
}
