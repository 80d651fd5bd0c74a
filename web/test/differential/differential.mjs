// The differential test: each scenario is played on npm's pusher-js and on our bundle for pages, in the same
// page of stubs, and what both did is compared. Run it by `node differential.mjs [BUNDLE [PART OF A NAME]]`,
// where BUNDLE is `pusher` (the default) or `pusher.nowasm`.
import { apply, appliesTo } from './apply.mjs';
import { compare } from './compare.mjs';
import { DIFFERENCES } from './differences.mjs';
import { checkDocumentation } from './documentation.mjs';
import generated from './generated.mjs';
import generatedFeatures from './generated_features.mjs';
import { play } from './run.mjs';
import written from './scenarios/index.mjs';
import { sides } from './sides.mjs';
import { checkStatements } from './statements.mjs';

const LINES = 12;

const [bundle = 'pusher', part] = process.argv.slice(2);
const all = [...written, ...generated, ...generatedFeatures];
const scenarios = part === undefined ? all : all.filter(({ name }) => name.includes(part));
const problems = [];

const untrue = (facts, who) =>
  facts
    .filter(({ holds }) => !holds)
    .map(({ step, sentence }) => `${who}, step "${step}": it is not true that ${sentence}`);

function describe({ kind, lines }) {
  const more = lines.length > LINES ? [`... and ${lines.length - LINES} more`] : [];
  return [
    `  ${kind}s differ (< pusher-js, > ours):`,
    ...[...lines.slice(0, LINES), ...more].map((line) => `    ${line}`),
  ].join('\n');
}

// Plays a scenario on both sides and notes what is wrong; returns its traces.
async function judge(scenario, pair) {
  const theirs = await play(pair.theirs, scenario);
  const here = await play(pair.ours, scenario);
  const traces = { scenario, theirs: theirs.entries, ours: here.entries };
  const found = [
    ...untrue(theirs.facts, 'pusher-js'),
    ...untrue(here.substitutes, 'ours'),
    ...[theirs.crash, here.crash].filter(Boolean).map((error) => `  ${error.stack}`),
    ...remaining(DIFFERENCES, traces).map(describe),
  ];
  if (found.length > 0) {
    problems.push(`${scenario.name}\n${found.join('\n')}`);
  }
  return traces;
}

function remaining(differences, { scenario, ...traces }) {
  const changed = apply(differences, scenario, traces);
  return compare(changed.theirs, changed.ours);
}

// Differences without which nothing would differ more.
function stale(played) {
  return DIFFERENCES.filter((difference) => {
    const others = DIFFERENCES.filter((other) => other !== difference);
    return !played.some(
      (traces) => appliesTo(difference, traces.scenario) && remaining(others, traces).length > 0,
    );
  });
}

const plain = await sides(bundle, false);
const withEncryption = await sides(bundle, true);
const played = [];
for (const scenario of scenarios) {
  played.push(await judge(scenario, scenario.settings.encryption ? withEncryption : plain));
}
if (part === undefined) {
  problems.push(...checkStatements(all), ...checkDocumentation(DIFFERENCES, all));
  problems.push(
    ...stale(played).map(({ where }) => `declared, but nothing differs there any more: ${where}`),
  );
}

const steps = played.reduce((sum, { theirs }) => sum + new Set(theirs.map(({ step }) => step)).size, 0);
const entries = played.reduce((sum, { theirs }) => sum + theirs.length, 0);
console.log(problems.join('\n\n'));
console.log(
  `${scenarios.length} scenarios, ${steps} steps, ${entries} entries of the trace, ` +
    `${DIFFERENCES.length} declared differences, ${problems.length} problems`,
);
process.exitCode = problems.length > 0 ? 1 : 0;
