// localStorage, with its methods and with its keys as properties; writes go into the trace.
export function fakeStorage(trace, items) {
  const methods = {
    getItem: (key) => items.get(String(key)) ?? null,
    setItem: (key, value) => {
      items.set(String(key), String(value));
      trace.add('storage', { set: String(key), value: String(value) });
    },
    removeItem: (key) => {
      if (items.delete(String(key))) {
        trace.add('storage', { remove: String(key) });
      }
    },
    clear: () => items.clear(),
    key: (index) => [...items.keys()][index] ?? null,
  };
  return new Proxy(
    {},
    {
      get: (_, key) => (key === 'length' ? items.size : (methods[key] ?? items.get(String(key)))),
      set: (_, key, value) => {
        methods.setItem(key, value);
        return true;
      },
      deleteProperty: (_, key) => {
        methods.removeItem(key);
        return true;
      },
      has: (_, key) => key in methods || items.has(String(key)),
    },
  );
}
