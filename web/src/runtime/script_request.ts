/* One script tag: made, put first into the head, and told of when it has run or could not be loaded. */

export interface ScriptRequest {
  /** Takes the tag out of the document. A browser that has begun to load it runs it all the same. */
  remove(): void;
}

/** `done` is called once, when the script has run (null) or can't be loaded (a sentence),
 *  and never before this returns. */
export function requestScript(document: Document, url: string, id: string | undefined,
                              done: (error: string | null) => void): ScriptRequest {
  const script = document.createElement('script');
  if (id !== undefined) {
    script.id = id;
  }
  script.type = 'text/javascript';
  script.charset = 'UTF-8';
  script.async = true;
  const end = (error: string | null) => {
    script.onload = null;
    script.onerror = null;
    done(error);
  };
  script.onload = () => end(null);
  script.onerror = () => end(`Error loading ${url}`);
  /* A page may forbid by policy that scripts make such tags. */
  try {
    script.src = url;
    const head = document.getElementsByTagName('head')[0] ?? document.documentElement;
    head.insertBefore(script, head.firstChild);
  } catch (error) {
    void Promise.resolve().then(() => end(`Error loading ${url}: ${String(error)}`));
  }
  return {
    remove() {
      script.parentNode?.removeChild(script);
    },
  };
}
