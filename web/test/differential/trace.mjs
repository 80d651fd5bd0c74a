// The trace of one run: what a client did, when, and in which step of the scenario. Values are made
// plain at once (see plain() below), for they may change later, and so that traces can be compared.
export class Trace {
  entries = [];
  clock = undefined;
  step = 'start';
  #names = new Map();

  // Gives an object a name, which stands for it in entries. What is compared is then its identity.
  name(object, name) {
    this.#names.set(object, name);
  }

  add(kind, members) {
    const what = {};
    for (const [key, value] of Object.entries(members)) {
      if (value !== undefined) {
        what[key] = this.plain(value);
      }
    }
    this.entries.push({ kind, time: this.clock?.now ?? 0, step: this.step, what });
  }

  of(kind) {
    return this.entries.filter((entry) => entry.kind === kind);
  }

  plain(value, depth = 0) {
    switch (typeof value) {
      case 'undefined':
        return '<undefined>';
      case 'function':
        return this.#names.has(value) ? `<${this.#names.get(value)}>` : '<function>';
      case 'number':
        return Number.isFinite(value) ? value : `<${value}>`;
      case 'bigint':
      case 'symbol':
        return `<${String(value)}>`;
      case 'object':
        return value === null ? null : this.#object(value, depth);
      default:
        return value;
    }
  }

  #object(value, depth) {
    if (this.#names.has(value)) {
      return `<${this.#names.get(value)}>`;
    }
    if (depth > 8) {
      return '<deep>';
    }
    const inside = (part) => this.plain(part, depth + 1);
    if (Array.isArray(value)) {
      return [...value].map(inside);
    }
    if (Object.prototype.toString.call(value) === '[object Error]') {
      return { '<error>': String(value), ...(value.status !== undefined && { status: value.status }) };
    }
    if (typeof value.each === 'function' && typeof value.get === 'function') {
      return this.#members(value, inside);
    }
    if (typeof value.type === 'string' && 'currentTarget' in value) {
      return `<${value.type} event>`;
    }
    if (value.constructor !== undefined && value.constructor.name !== 'Object') {
      return '<object>';
    }
    const keys = Object.keys(value)
      .filter((key) => value[key] !== undefined)
      .sort();
    return Object.fromEntries(keys.map((key) => [key, inside(value[key])]));
  }

  // The members of a presence channel, through what is public of them.
  #members(members, inside) {
    const each = [];
    members.each((member) => each.push(inside(member)));
    return { '<members>': each, count: members.count, me: inside(members.me), myID: inside(members.myID) };
  }
}
