// The form in which traces are compared: without what is random or each side's own, which is sessions,
// versions and where dependencies are fetched from. Statistics are decoded, so that they can be read.
const VERSION = /(version=|"version":")\d+\.\d+\.\d+(-[\w.]+)?/g;
const SESSION = /\/\d{1,3}\/[0-9a-v]{8}(?=\/xhr)/g;
const STATISTICS = /^(https?:\/\/[^/]+\/timeline\/v2\/[^?]+)\?(.*)$/;
const DEPENDENCY = /https?:\/\/\S+\/(sockjs)(\.min)?\.js/g;

export function normal(entries) {
  const sessions = new Map();
  const session = (found) => {
    if (!sessions.has(found)) {
      sessions.set(found, `/SESSION${sessions.size + 1}`);
    }
    return sessions.get(found);
  };
  const text = (value) => {
    const statistics = STATISTICS.exec(value);
    return statistics
      ? { url: statistics[1], ...decoded(statistics[2]) }
      : value
          .replace(VERSION, '$1VERSION')
          .replace(SESSION, session)
          .replace(DEPENDENCY, 'DEPENDENCIES/$1.js');
  };
  const walk = (value) => {
    if (typeof value === 'string') {
      return text(value);
    }
    if (Array.isArray(value)) {
      return value.map(walk);
    }
    return value !== null && typeof value === 'object'
      ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, walk(inner)]))
      : value;
  };
  return entries.map((entry) => ({ ...entry, what: walk(withoutEngine(entry)) }));
}

// What V8 says of a mistake depends on how the code that makes it is written.
function withoutEngine({ what }) {
  const text = (what.escaped ?? what.rejected ?? what.threw)?.['<error>'];
  return /^(Type|Syntax)Error: /.test(text) ? { of: what.of, threw: text.split(':')[0] } : what;
}

// The query of a report, each field as it was before it was encoded; the order is kept.
function decoded(query) {
  const fields = query.split('&').map((field) => {
    const [name, value] = field.split('=');
    return [name, Buffer.from(decodeURIComponent(value), 'base64').toString()];
  });
  const hidden = { session: 'SESSION', version: 'VERSION' };
  return Object.fromEntries(fields.map(([name, value]) => [name, hidden[name] ?? parsed(value)]));
}

function parsed(value) {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
