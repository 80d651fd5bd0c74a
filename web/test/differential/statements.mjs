// The statements of statements.md that no scenario shows, and why.
import { readFileSync } from 'node:fs';

const OTHER_ERA = 'about an older version alone';
const NODE = 'about the builds for Node and workers; this one runs pages';

export const NOT_SHOWN = {
  6: OTHER_ERA,
  10: NODE,
  101: NODE,
  102: OTHER_ERA,
};

// The numbers of all statements.
export function statementNumbers() {
  const text = readFileSync(new URL('statements.md', import.meta.url), 'utf8');
  return [...text.matchAll(/^(\d+)\. /gm)].map(([, number]) => Number(number));
}

// What is wrong with the numbers that scenarios name: sentences.
export function checkStatements(scenarios) {
  const all = statementNumbers();
  const shown = new Set(scenarios.flatMap((scenario) => scenario.statements));
  return [
    ...all
      .filter((number) => !shown.has(number) && !(number in NOT_SHOWN))
      .map((number) => `statement ${number} is shown by no scenario`),
    ...all
      .filter((number) => shown.has(number) && number in NOT_SHOWN)
      .map((number) => `statement ${number} is shown, and listed as not shown`),
    ...[...shown]
      .filter((number) => !all.includes(number))
      .map((number) => `there is no statement ${number}`),
  ];
}
