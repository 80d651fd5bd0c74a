// Debian's Chromium and Firefox, headless, each with a profile of its own that goes with it. They are given
// an address and nothing else: what happens there, the page reports by itself. Nothing but loopback is reached.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash, X509Certificate } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const CHROMIUM_FLAGS = [
  '--headless=new',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-extensions',
  '--disable-sync',
  '--disable-quic',
  '--metrics-recording-only',
  '--password-store=basic',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  '--enable-precise-memory-info',
  '--js-flags=--expose-gc',
  '--ignore-certificate-errors', // the server's certificate is made for the test
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
];

// Everything by which Firefox would speak to somebody on its own account, and asking at the start.
const FIREFOX_PREFERENCES = {
  'app.normandy.enabled': false,
  'app.update.disabledForTesting': true,
  'browser.aboutwelcome.enabled': false,
  'browser.contentblocking.features.strict': '',
  'browser.newtabpage.enabled': false,
  'browser.safebrowsing.blockedURIs.enabled': false,
  'browser.safebrowsing.downloads.enabled': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'browser.search.update': false,
  'browser.sessionstore.resume_from_crash': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'browser.startup.page': 0,
  'datareporting.healthreport.uploadEnabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'dom.push.connection.enabled': false,
  'extensions.getAddons.cache.enabled': false,
  'extensions.systemAddon.update.enabled': false,
  'extensions.update.enabled': false,
  'geo.enabled': false,
  'media.gmp-manager.updateEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'network.dns.disablePrefetch': true,
  'network.prefetch-next': false,
  'network.proxy.allow_hijacking_localhost': false,
  'network.proxy.http': '127.0.0.1', // nobody is there: nothing but loopback
  'network.proxy.http_port': 9,
  'network.proxy.no_proxies_on': '127.0.0.1, localhost',
  'network.proxy.ssl': '127.0.0.1',
  'network.proxy.ssl_port': 9,
  'network.proxy.type': 1,
  'services.settings.server': 'data:,',
  'signon.rememberSignons': false,
  'toolkit.telemetry.enabled': false,
  'toolkit.telemetry.reportingpolicy.firstRun': false,
  'toolkit.telemetry.server': 'data:,',
};

function find(names) {
  for (const name of names) {
    for (const folder of (process.env.PATH ?? '').split(delimiter)) {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return join(folder, name);
      } catch {
        // the next one
      }
    }
  }
  return undefined;
}

// Firefox's list of certificates that its user has accepted: one address, one fingerprint a line.
function acceptedCertificate(port, file) {
  const { raw } = new X509Certificate(readFileSync(file));
  const fingerprint = createHash('sha256').update(raw).digest('hex').toUpperCase().match(/../g).join(':');
  return `127.0.0.1:${port}:\tOID.2.16.840.1.101.3.4.2.1\t${fingerprint}\t\n`;
}

function firefoxProfile(folder, { tlsPort, certificate }) {
  const line = ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`;
  writeFileSync(join(folder, 'user.js'), Object.entries(FIREFOX_PREFERENCES).map(line).join(''));
  if (certificate) writeFileSync(join(folder, 'cert_override.txt'), acceptedCertificate(tlsPort, certificate));
}

export const BROWSERS = {
  chromium: {
    command: () => process.env.CHROMIUM_BIN ?? find(['chromium', 'google-chrome', 'chromium-browser']),
    arguments: (profile, url) => [
      ...CHROMIUM_FLAGS,
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      `--user-data-dir=${profile}`,
      url,
    ],
    prepare: () => {},
  },
  firefox: {
    command: () => process.env.FIREFOX_BIN ?? find(['firefox-esr', 'firefox']),
    arguments: (profile, url) => ['--headless', '--no-remote', '--profile', profile, url],
    prepare: firefoxProfile,
  },
};

// Ends a browser with all of its processes, which are a group of their own.
function killGroup(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

// It is { exited: a promise of what it said last, pid, stop }.
export function startBrowser(name, url, folder, services = {}) {
  const browser = BROWSERS[name];
  const command = browser.command();
  if (!command) {
    throw new Error(`${name} is not installed: scripts/setup.sh test installs it; BROWSERS= names those to test.`);
  }
  const profile = join(folder, name);
  mkdirSync(profile, { recursive: true });
  browser.prepare(profile, services);
  const child = spawn(command, browser.arguments(profile, url), {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, HOME: profile, XDG_CACHE_HOME: profile, MOZ_CRASHREPORTER_DISABLE: '1' },
  });
  const last = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => last.push(text) > 20 && last.shift());
  }
  const end = () => killGroup(child);
  process.on('exit', end);
  const exited = new Promise((resolve, reject) => {
    child.on('error', reject).on('close', () => resolve(last.join('')));
  });
  return {
    exited,
    pid: child.pid,
    async stop() {
      killGroup(child);
      await exited;
      process.off('exit', end);
      // The last of its processes may still be writing.
      rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    },
  };
}
