// The ways to the server: transports, with TLS and without, and how to see which one was gone.
import { config } from './services';
import { Pusher, traits } from './subject';
import type { Options } from './surface';

export interface Way {
  name: string;
  options: Options;
  tls: boolean;
  /** What the log says of the connection. */
  transport: string;
  scheme: string;
}

const way = (transport: string, tls: boolean, scheme: string): Way => ({
  name: `${transport}${tls ? ' over TLS' : ''}`,
  options: { enabledTransports: [transport], forceTLS: tls },
  tls,
  transport,
  scheme: tls ? `${scheme}s:` : `${scheme}:`,
});

export const WAYS: Way[] = [
  way('ws', false, 'ws'),
  way('ws', true, 'ws'),
  way('xhr_streaming', false, 'http'),
  way('xhr_streaming', true, 'http'),
  way('xhr_polling', false, 'http'),
  way('xhr_polling', true, 'http'),
  ...(traits.platform === 'page' ? [way('sockjs', false, 'http'), way('sockjs', true, 'http')] : []),
];

/** Whether the platform believes the server's certificate. By hand nobody has told it to. */
export async function believesCertificate(): Promise<boolean> {
  try {
    await fetch(`https://${config.host}:${config.tlsPort}/healthz`, { mode: 'no-cors' });
    return true;
  } catch (error) {
    if (config.strict) throw error;
    return false;
  }
}

/** From now on: the transports that connections are tried with, as the log tells. */
export function watchTransports(): { transport: string; url: string }[] {
  const tried: { transport: string; url: string }[] = [];
  Pusher.log = (line) => {
    const [, json] = /^Pusher : {1,2}: (\[.*\])$/.exec(line) ?? [];
    if (!json?.startsWith('["Connecting"')) return;
    tried.push((JSON.parse(json) as [string, { transport: string; url: string }])[1]);
  };
  return tried;
}
