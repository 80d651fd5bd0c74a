// Windows of their own beside the suite's: "tabs" of the same site, as frames of the page.
import { traits } from './subject';
import type { PusherConstructor } from './surface';

const PATIENCE_MS = 15_000;

export interface Frame {
  readonly element: HTMLIFrameElement;
  readonly window: Window & typeof globalThis & { Pusher: PusherConstructor };
  readonly document: Document;
  /** By a script tag, as a page does. */
  loadLibrary(): Promise<PusherConstructor>;
  /** As the button of the browser; resolves when the new page is there. */
  reload(): Promise<void>;
  remove(): void;
}

function loaded(target: HTMLElement, what: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${what} was not loaded in time`)), PATIENCE_MS);
    const settle = (act: () => void) => () => {
      clearTimeout(timer);
      act();
    };
    target.addEventListener('load', settle(resolve), { once: true });
    target.addEventListener('error', settle(() => reject(new Error(`${what} cannot be loaded`))), { once: true });
  });
}

export async function openFrame(): Promise<Frame> {
  const element = document.createElement('iframe');
  element.src = '/empty.html';
  element.hidden = true;
  const ready = loaded(element, 'a frame');
  document.body.append(element);
  await ready;
  const frame: Frame = {
    element,
    get window() {
      return element.contentWindow as Frame['window'];
    },
    get document() {
      return element.contentDocument as Document;
    },
    async loadLibrary() {
      const script = frame.document.createElement('script');
      script.src = traits.file;
      const done = loaded(script, traits.file);
      frame.document.head.append(script);
      await done;
      return frame.window.Pusher;
    },
    async reload() {
      const ready = loaded(element, 'a frame');
      frame.window.location.reload();
      await ready;
    },
    remove: () => element.remove(),
  };
  return frame;
}

export async function withFrame(use: (frame: Frame) => Promise<void>): Promise<void> {
  const frame = await openFrame();
  try {
    await use(frame);
  } finally {
    frame.remove();
  }
}
