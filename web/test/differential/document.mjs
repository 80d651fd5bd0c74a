// The part of a document that a client touches: the head, the body, and script tags. Scenarios answer
// a tag with execute() (its text is run in the page) or break().
import { FakeTarget } from './targets.mjs';

class FakeElement extends FakeTarget {
  children = [];
  parentNode = null;

  constructor(page, name) {
    super();
    this.page = page;
    this.nodeName = this.tagName = name.toUpperCase();
  }

  get firstChild() {
    return this.children[0] ?? null;
  }

  get parentElement() {
    return this.parentNode;
  }

  setAttribute(name, value) {
    this[name] = value;
  }

  getAttribute(name) {
    return this[name] ?? null;
  }

  insertBefore(child, before) {
    const index = before ? this.children.indexOf(before) : this.children.length;
    this.children.splice(index, 0, child);
    child.parentNode = this;
    child.inserted?.(index);
    return child;
  }

  appendChild(child) {
    return this.insertBefore(child, null);
  }

  append(child) {
    this.insertBefore(child, null);
  }

  prepend(child) {
    this.insertBefore(child, this.firstChild);
  }

  removeChild(child) {
    this.children = this.children.filter((one) => one !== child);
    child.parentNode = null;
    child.removed?.();
    return child;
  }

  remove() {
    this.parentNode?.removeChild(this);
  }
}

class FakeScript extends FakeElement {
  onload = null;
  onerror = null;
  id = '';
  type = '';
  charset = '';
  async = true;
  src = '';

  inserted(index) {
    const { page, id, type, charset, src } = this;
    const async = Boolean(this.async);
    this.number = page.scripts.push(this) - 1;
    page.trace.add('script', { script: this.number, src, id, type, charset, async, at: `head[${index}]` });
  }

  removed() {
    this.page.trace.add('script', { script: this.number, removed: true });
  }

  // The network's side.
  execute(text) {
    this.page.run(() => this.page.evaluate(text));
    this.fire(this.page.run, 'load');
  }

  break() {
    this.fire(this.page.run, 'error');
  }
}

// `page` has trace, run, scripts, evaluate and the location.
export function fakeDocument(page) {
  const create = (name) =>
    name.toLowerCase() === 'script' ? new FakeScript(page, name) : new FakeElement(page, name);
  const root = create('html');
  const head = root.appendChild(create('head'));
  const body = root.appendChild(create('body'));
  const target = new FakeTarget();
  return {
    head,
    body,
    documentElement: root,
    location: page.location,
    currentScript: null,
    readyState: 'complete',
    visibilityState: 'visible',
    createElement: create,
    getElementsByTagName: (name) =>
      ({ head: [head], body: [body], script: head.children })[name.toLowerCase()] ?? [],
    addEventListener: target.addEventListener.bind(target),
    removeEventListener: target.removeEventListener.bind(target),
  };
}
