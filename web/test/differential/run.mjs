// Plays a scenario on a side. What comes of it is its trace, in a form that can be compared.
import { normal } from './normal.mjs';
import { Tester } from './tester.mjs';

// Promises that nobody waits for: the page of the scenario that is being played gets them.
let playing;
process.on('unhandledRejection', (error) => playing?.trace.add('exception', { rejected: error }));

export async function play(side, scenario) {
  const tester = new Tester(side, scenario.settings);
  playing = tester;
  let crash;
  try {
    await scenario.play(tester);
    await tester.settle();
  } catch (error) {
    crash = error;
  }
  return {
    entries: normal(tester.trace.entries),
    facts: tester.facts,
    substitutes: tester.substitutes,
    crash,
  };
}
