// Axes: from a value to a place, and where the marks are.

const LOG_FROM = 15; // times the least: then a straight axis hides the small ones
const MARKS = 6; // about so many

// 1, 2 or 5 times a power of ten.
function niceStep(span) {
  const power = 10 ** Math.floor(Math.log10(span));
  return [1, 2, 5, 10].map((digit) => digit * power).find((step) => span <= step * 1.0001);
}

function straight(values, size) {
  const least = Math.min(0, ...values);
  const most = Math.max(0, ...values) || 1;
  const step = niceStep((most - least) / MARKS);
  const from = Math.floor(least / step + 1e-9) * step;
  const to = Math.ceil(most / step - 1e-9) * step;
  const ticks = [];
  for (let i = 0; i <= Math.round((to - from) / step); i++) ticks.push(from + i * step);
  return { log: false, base: 0, ticks, at: (value) => ((value - from) / (to - from)) * size };
}

function nice(from, to) {
  const all = [];
  for (let power = Math.floor(Math.log10(from)) - 1; power <= Math.ceil(Math.log10(to)); power++) {
    for (const digit of [1, 2, 5]) all.push(Number(`${digit}e${power}`));
  }
  return all;
}

function logarithmic(values, size, base) {
  const least = Math.min(...values, base ?? Infinity);
  const most = Math.max(...values, base ?? -Infinity);
  const all = nice(least, most);
  // A bar begins at the edge, so even the least one needs room, unless it begins at the base.
  const from = all.findLast((one) => one <= least * (base === undefined ? 0.7 : 1.0001));
  const to = all.find((one) => one >= most * 0.9999 && one > from);
  let ticks = all.filter((one) => one >= from && one <= to);
  if (ticks.length > MARKS + 3) ticks = ticks.filter((one) => /^1(e|0*$)|^0\.0*1$/.test(String(one)));
  const room = Math.log(to / from);
  return { log: true, base: base ?? from, ticks, at: (value) => (Math.log(value / from) / room) * size };
}

// `base`: where bars begin on a logarithmic axis, such as 1 for ratios, which are always on one.
export function scale(values, size, { base } = {}) {
  if (Math.min(...values) <= 0) return straight(values, size);
  const wide = Math.max(...values) > LOG_FROM * Math.min(...values);
  return wide || base !== undefined ? logarithmic(values, size, base) : straight(values, size);
}
