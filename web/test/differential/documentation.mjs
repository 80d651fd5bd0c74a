// Declared differences and docs/differences.md must tell the same: each declared one is a line there, and
// each line about JavaScript is declared here and names a scenario that there is.
import { readFileSync } from 'node:fs';

const PAGE = new URL('../../../docs/differences.md', import.meta.url);
const JAVASCRIPT = 'In JavaScript';

// The rows of the page: { section, columns }.
function rows() {
  let section = '';
  return readFileSync(PAGE, 'utf8')
    .split('\n')
    .flatMap((line) => {
      if (line.startsWith('## ')) {
        section = line.slice(3);
      }
      const columns = line.startsWith('| ')
        ? line
            .split('|')
            .slice(1, -1)
            .map((column) => column.trim())
        : [];
      return columns.length === 0 || columns[0] === 'pusher-js 8' ? [] : [{ section, columns }];
    });
}

// What is wrong: sentences.
export function checkDocumentation(differences, scenarios) {
  const page = rows();
  const lines = new Set(page.map(({ columns }) => columns[0]));
  const declared = new Set(differences.map(({ where }) => where));
  const names = new Set(scenarios.map(({ name }) => name));
  const own = page.filter(({ section }) => section === JAVASCRIPT);
  const named = own.flatMap(({ columns }) =>
    [...columns.at(-1).matchAll(/`([^`]*(?:`")?[^`]*)`/g)].map(([, name]) => name),
  );
  return [
    ...[...declared]
      .filter((where) => !lines.has(where))
      .map((where) => `no line of docs/differences.md: ${where}`),
    ...own
      .filter(({ columns }) => !declared.has(columns[0]))
      .map(
        ({ columns }) =>
          `docs/differences.md tells of what is not declared in differences.mjs: ${columns[0]}`,
      ),
    ...own
      .filter(({ columns }) => columns.length !== 4 || columns[3] === '')
      .map(({ columns }) => `docs/differences.md names no scenario: ${columns[0]}`),
    ...named
      .filter((name) => !names.has(name))
      .map((name) => `docs/differences.md: there is no scenario "${name}"`),
    ...differences.flatMap(({ only = [], where }) =>
      only
        .filter(
          (wanted) =>
            !scenarios.some(({ name }) => (typeof wanted === 'string' ? name === wanted : wanted.test(name))),
        )
        .map((wanted) => `${wanted}: no such scenario (${where})`),
    ),
  ];
}
