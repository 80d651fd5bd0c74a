// How numbers are written.

// For tables: three digits at least, thousands apart.
export function exact(value) {
  const size = Math.abs(value);
  if (size >= 100) return Math.round(value).toLocaleString('en-US');
  if (size >= 10) return value.toFixed(1);
  if (size >= 1 || size === 0) return size === 0 ? '0' : value.toFixed(2);
  return value.toPrecision(2);
}

const PREFIXES = [
  [1e9, ' G'],
  [1e6, ' M'],
  [1e3, ' k'],
];

// For plots: three digits, with a prefix for thousands and millions.
export function short(value) {
  const [divisor, prefix] = PREFIXES.find(([least]) => Math.abs(value) >= least * 0.9995) ?? [1, ''];
  return `${Number((value / divisor).toPrecision(3))}${prefix}`;
}

// Minutes and seconds.
export function duration(seconds) {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
