// What the command line asks for; BENCH (names) and BENCH_FLAGS of the environment are read behind it.
import { DEFAULT_RUNS } from './report.mjs';

const MAX_RUNS = 99;

export const USAGE = 'scripts/bench.sh [--json] [--runs N] [--against FILE] [NAME...]';

const words = (text = '') => text.split(/\s+/).filter(Boolean);

// { json, runs, against, names }; throws an error that says what is wrong.
export function readFlags(args, env, known) {
  const flags = { json: false, runs: DEFAULT_RUNS, against: undefined, names: [] };
  const left = [...args, ...words(env.BENCH_FLAGS), ...words(env.BENCH)];
  while (left.length) {
    const word = left.shift();
    if (word === '--json') flags.json = true;
    else if (word === '--against') {
      flags.against = left.shift();
      if (!flags.against) throw new Error('--against takes the results.json of an earlier run');
    } else if (word === '--runs') {
      flags.runs = Number(left.shift());
      if (!(Number.isInteger(flags.runs) && flags.runs >= 1 && flags.runs <= MAX_RUNS)) {
        throw new Error(`--runs takes a number from 1 to ${MAX_RUNS}`);
      }
    } else if (known.includes(word)) flags.names.push(word);
    else {
      const kind = word.startsWith('-') ? 'flag' : 'benchmark';
      throw new Error(`there is no ${kind} ${word}\n${USAGE}\nNAME: ${known.join(' ')}`);
    }
  }
  if (!flags.names.length) flags.names = [...known];
  return flags;
}
