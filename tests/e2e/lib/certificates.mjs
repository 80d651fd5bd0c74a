// Certificates for the TLS tests, made by openssl in a folder of their own.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class Authority {
  constructor(t) {
    this.folder = mkdtempSync(join(tmpdir(), 'pusher-e2e-'));
    t.after(() => rmSync(this.folder, { recursive: true, force: true }));
    this.openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'ca.key', '-out', 'ca.pem',
      '-days', '2', '-subj', '/CN=Test authority');
    this.file = join(this.folder, 'ca.pem');
  }

  openssl(...args) {
    return execFileSync('openssl', args, { cwd: this.folder, stdio: 'pipe' });
  }

  read(name) {
    return readFileSync(join(this.folder, name), 'utf8');
  }

  // A certificate that this authority signed. `names` as in subjectAltName; `days` may be past.
  issue(name, { names = 'IP:127.0.0.1,DNS:localhost', expired = false } = {}) {
    writeFileSync(join(this.folder, `${name}.ext`), `subjectAltName=${names}\n`);
    this.openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.csr`,
      '-subj', `/CN=${name}`);
    // The expired one ended before it began: x509 takes any number of days.
    this.openssl('x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key',
      '-CAcreateserial', '-out', `${name}.pem`, '-days', expired ? '-1' : '2', '-extfile', `${name}.ext`);
    return { key: this.read(`${name}.key`), cert: this.read(`${name}.pem`) };
  }

  // A certificate that nobody but itself vouches for.
  selfSigned(name) {
    this.openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}.key`, '-out',
      `${name}.pem`, '-days', '2', '-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1');
    return { key: this.read(`${name}.key`), cert: this.read(`${name}.pem`) };
  }

  // What --pin takes.
  pin(name) {
    const key = this.openssl('x509', '-in', `${name}.pem`, '-pubkey', '-noout');
    writeFileSync(join(this.folder, `${name}.pub`), key);
    this.openssl('pkey', '-pubin', '-in', `${name}.pub`, '-outform', 'der', '-out', `${name}.der`);
    const digest = this.openssl('dgst', '-sha256', '-binary', `${name}.der`);
    return `sha256//${digest.toString('base64')}`;
  }
}
