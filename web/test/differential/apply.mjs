// Applies declared differences to the traces of a scenario.
export const appliesTo = (difference, scenario) =>
  difference.only === undefined ||
  difference.only.some((name) =>
    typeof name === 'string' ? scenario.name === name : name.test(scenario.name),
  );

export function apply(differences, scenario, { theirs, ours }) {
  const applied = differences.filter((difference) => appliesTo(difference, scenario));
  const change = (entries, side) =>
    applied.reduce(
      (changed, difference) => (difference[side] ?? []).reduce((list, rule) => rule(list), changed),
      entries,
    );
  return { theirs: change(theirs, 'theirs'), ours: change(ours, 'ours') };
}
