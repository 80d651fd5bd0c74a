// The messages of the benchmarks, as Channels servers send them: the data is JSON text in a string. They are those
// of client_ingest: rows of a table, and a text that fills up to the size.
(() => {
  const MAX_ROW = 100;
  const REST = ',"rows":[],"text":""}'.length + 1;
  const row = (number) =>
    JSON.stringify({ item: 1000 + (number % 9000), name: 'blue bicycle', count: number % 7, note: 'leaves in two days' });

  // JSON text of that many bytes.
  function payload(size, number) {
    let text = `{"id":${1_000_000 + (number % 1_000_000)}`;
    if (text.length + MAX_ROW + REST <= size) {
      const rows = [];
      let length = text.length;
      while (length + MAX_ROW + REST <= size) {
        rows.push(row(number++));
        length += rows.at(-1).length + 1;
      }
      text += `,"rows":[${rows.join(',')}]`;
    }
    text += ',"text":"';
    return `${text}${'x'.repeat(Math.max(0, size - text.length - 2))}"}`;
  }

  globalThis.benchMessages = {
    payload,
    message: (event, channel, data) => JSON.stringify({ event, channel, data }),
  };
})();
